"""Whatever is changed in a file, it is refused as a model or opened, and no more."""

import ast
import json
import random
import struct

import pytest

from sklearn_protloc.persistence import ModelFileError, load_model, save_model
from tests.persistence.conftest import members_of, write_members


def changed_bytes(content, rng):
    """Flip, cut out, repeat or insert a few bytes."""
    content = bytearray(content)
    place = rng.randrange(len(content))
    match rng.randrange(5):
        case 0:
            content[place] ^= 1 << rng.randrange(8)
        case 1:
            del content[place:]
        case 2:
            del content[place : place + rng.randrange(1, 40)]
        case 3:
            content[place:place] = rng.randbytes(rng.randrange(1, 40))
        case 4:
            for _ in range(3):
                content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content)


def test_changed_bytes_are_noticed_or_change_nothing(model_file, tmp_path):
    content = model_file.read_bytes()
    rng = random.Random(0)
    n_refused = 0
    for _ in range(300):
        (tmp_path / "m").write_bytes(changed_bytes(content, rng))
        try:
            loaded = load_model(tmp_path / "m")
        except ModelFileError:
            n_refused += 1
        else:
            save_model(loaded, tmp_path / "again")
            assert (tmp_path / "again").read_bytes() == content
    assert n_refused > 200


ODD = [
    None,
    True,
    -1,
    2**63,
    1e308,
    "",
    "model",
    [],
    {},
    [[]],
    {"kind": "tuple", "items": [1]},
    {"kind": "ref", "to": 0},
    {"kind": "float", "value": "nan"},
    {"kind": "name", "name": "sklearn_protloc.networks.TinyNet"},
    {"kind": "range", "ends": [0, 10**15, 1]},
]


def places(value):
    """Yield (container, key) of everything in a configuration."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        yield value, key
        if isinstance(item, dict | list):
            yield from places(item)


@pytest.mark.filterwarnings("ignore:Trying to unpickle")  # from another version
def test_changed_settings_are_refused_or_opened_but_nothing_else(model_file, tmp_path):
    rng = random.Random(1)
    n_refused = 0
    for _ in range(200):
        config, members = members_of(model_file)
        container, key = rng.choice(list(places(config)))
        if rng.random() < 0.2:
            del container[key]
        else:
            container[key] = rng.choice(ODD)
        path = write_members(tmp_path / "m", config, members)
        try:
            load_model(path)
        except ModelFileError:
            n_refused += 1
    assert n_refused > 80


DTYPES = ["<f8", ">f4", "|b1", "|O", "|V8", "<U4", "x", ["<f8"]]
WEIGHT_DTYPES = ["F64", "F16", "BF16", "I32", "U8", "x", 7]
SIZES = [-1, 0, 1, 7, 2**31, 2**62, 2**64, "4", None]


def changed_array(content, rng):
    """Change the header of a .npy file: type, order or shape."""
    (length,) = struct.unpack_from("<H", content, 8)
    header = ast.literal_eval(content[10 : 10 + length].decode())
    match rng.randrange(3):
        case 0:
            header["descr"] = rng.choice(DTYPES)
        case 1:
            header["fortran_order"] = rng.choice([True, 0, None])
        case 2:
            shape = (rng.choice(SIZES), *header["shape"][1:])
            header["shape"] = rng.choice([shape, list(shape), (), None])
    text = repr(header).encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return content[:8] + struct.pack("<H", len(text)) + text + content[10 + length :]


def changed_weights(content, rng):
    """Change the header of safetensors: a type, a shape, a place or a name."""
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    name, other = (rng.choice(sorted(header)) for _ in range(2))
    tensor = header[name]
    match rng.randrange(5):
        case 0:
            tensor["dtype"] = rng.choice(WEIGHT_DTYPES)
        case 1:
            tensor["shape"] = [rng.choice(SIZES), *tensor["shape"][1:]]
        case 2:
            tensor["data_offsets"] = header[other]["data_offsets"]
        case 3:
            tensor["data_offsets"][rng.randrange(2)] = rng.choice(SIZES)
        case 4:
            header[rng.choice(["more", "__metadata__"])] = header.pop(name)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


@pytest.mark.parametrize(
    ("suffix", "change"),
    [(".npy", changed_array), (".safetensors", changed_weights)],
)
def test_changed_headers_are_refused_or_opened_but_nothing_else(
    suffix, change, model_file, tmp_path
):
    rng = random.Random(2)
    n_refused = 0
    for _ in range(120):
        config, members = members_of(model_file)
        name = rng.choice([n for n in sorted(members) if n.endswith(suffix)])
        members[name] = change(members[name], rng)
        path = write_members(tmp_path / "m", config, members)
        try:
            load_model(path)
        except ModelFileError:
            n_refused += 1
    assert n_refused > 80
