"""Whatever is changed in a file, it is refused as a model or opened, and no more."""

import random

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
