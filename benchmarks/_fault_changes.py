"""Damage for files: bytes of any file, and the meaning of what a model file holds."""

import ast
import copy
import hashlib
import io
import json
import struct
import zipfile

_ODD = [None, True, -1, 1.5, "", "model", [], {}, [[]], {"kind": "ref", "to": 0}]
_NAMES = [
    "builtins.object",
    "os.system",
    "sklearn.ensemble.RandomForestClassifier",
    "sklearn.model_selection.GridSearchCV",
    "sklearn.tree.DecisionTreeRegressor",
    "sklearn_protloc.augmentation.RandomDihedral",
    "sklearn_protloc.losses.FocalLoss",
    "sklearn_protloc.networks.TUNet",
    "torch.nn.CrossEntropyLoss",
    "torch.optim.SGD",
]
_DTYPES = ["<f8", ">f4", "<i8", "<i2", "|b1", "|O", "|V8", "<U4", "<c16", "<M8[D]", "x"]
_WEIGHTS = ["F64", "F32", "F16", "BF16", "I64", "U8", "BOOL", "F8_E4M3", "x", 7]


def changed(content, rng):
    """Flip, cut, repeat or insert a few bytes."""
    content = bytearray(content)
    place = rng.randrange(max(1, len(content)))
    match rng.randrange(4):
        case 0:
            for _ in range(rng.randrange(1, 4)):
                content[rng.randrange(len(content))] = rng.randrange(256)
        case 1:
            del content[place:]
        case 2:
            del content[place : place + rng.randrange(1, 40)]
        case 3:
            content[place:place] = rng.randbytes(rng.randrange(1, 40))
    return bytes(content)


def sealed(content, rng):
    """Change what a member of a model says, with checksums that fit."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change = {"json": _settings, "npy": _array, "safetensors": _weights}
    # the settings say what is built, and arrays are many
    suffix = rng.choice(["json", *change])
    name = rng.choice([n for n in sorted(members) if n.endswith(suffix)])
    if rng.random() < 0.8:
        members[name] = change[suffix](members[name], rng)
    else:
        members[name] = changed(members[name], rng)
    digest = hashlib.sha256(members[name]).hexdigest()
    manifest["members"][name] = {"size": len(members[name]), "sha256": digest}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for other, member in members.items():
            archive.writestr(other, member)
        archive.writestr("manifest.json", json.dumps(manifest))
    return file.getvalue()


def _places(value):
    """Yield (container, key) of everything in a configuration."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)


def _size(number, rng):
    sizes = [-1, 0, 1, number + 1, number * 2, 2**31, 2**62, 2**64, 10**9]
    return rng.choice(sizes)


def _settings(content, rng):
    """Change one to three settings: leave out, swap, or give another type or size."""
    config = json.loads(content)
    for _ in range(rng.randrange(1, 4)):
        places = list(_places(config))
        container, key = rng.choice(places)
        value = container[key]
        match rng.randrange(4):
            case 0:
                del container[key]
            case 1:
                container[key] = rng.choice(_ODD)
            case 2:
                other, its_key = rng.choice(places)
                container[key] = copy.deepcopy(other[its_key])
            case 3 if isinstance(value, int):
                container[key] = _size(value, rng)
            case 3 if isinstance(value, str) and "." in value:
                container[key] = rng.choice(_NAMES)
    return json.dumps(config).encode()


def _array(content, rng):
    """Change the header of a .npy file: type, order or shape."""
    (length,) = struct.unpack_from("<H", content, 8)
    header = ast.literal_eval(content[10 : 10 + length].decode())
    match rng.randrange(3):
        case 0:
            header["descr"] = rng.choice(_DTYPES)
        case 1:
            header["fortran_order"] = rng.choice([True, 0, "yes", None])
        case 2:
            shape = list(header["shape"]) or [1]
            place = rng.randrange(len(shape))
            shape[place] = _size(shape[place], rng)
            header["shape"] = rng.choice([tuple(shape), shape, (), tuple(shape[::-1])])
    text = repr(header).encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return content[:8] + struct.pack("<H", len(text)) + text + content[10 + length :]


def _weights(content, rng):
    """Change the header of safetensors: type, shape, or a place that others have."""
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    name, other = (rng.choice(sorted(header)) for _ in range(2))
    tensor = header[name]
    match rng.randrange(5):
        case 0:
            tensor["dtype"] = rng.choice(_WEIGHTS)
        case 1:
            shape = tensor["shape"] or [1]
            place = rng.randrange(len(shape))
            shape[place] = _size(shape[place], rng)
            tensor["shape"] = rng.choice([shape, shape[::-1], [], [2**40, 2**40]])
        case 2:
            tensor["data_offsets"] = header[other]["data_offsets"]
        case 3:
            ends = tensor["data_offsets"]
            ends[rng.randrange(2)] = _size(ends[0], rng)
        case 4:
            header[rng.choice(["more", "__metadata__"])] = header.pop(name)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]
