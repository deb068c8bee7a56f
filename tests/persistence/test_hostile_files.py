"""Files that were damaged or made to do harm are refused in words."""

import json
import pickle
import stat
import struct
import zipfile

import numpy as np
import pytest

from sklearn_protloc.persistence import ModelFileError, _archive, load_model
from tests.persistence.conftest import assert_refused, write_members


def test_the_error_is_a_value_error():
    assert issubclass(ModelFileError, ValueError)


def test_forging_without_a_change_gives_the_model(forged, pipeline, X):
    loaded = load_model(forged(lambda config, members: None))
    assert (loaded.predict_proba(X) == pipeline.predict_proba(X)).all()


class _Dangerous:
    def __reduce__(self):
        return print, ("code was run",)


@pytest.mark.parametrize(
    "content",
    [b"", b"text", pickle.dumps(_Dangerous()), b"PK\5\6" + bytes(18), b"\x00" * 5000],
    ids=["empty", "text", "pickle", "empty zip", "zeros"],
)
def test_files_of_another_sort(content, tmp_path, capsys):
    (tmp_path / "m").write_bytes(content)
    assert_refused(tmp_path / "m", "cannot be opened as a model")
    assert capsys.readouterr().out == ""


def test_truncated_files(model_file, tmp_path):
    content = model_file.read_bytes()
    for size in np.linspace(0, len(content) - 1, 40, dtype=int):
        (tmp_path / "m").write_bytes(content[:size])
        assert_refused(tmp_path / "m", "cannot be opened as a model")


def rezipped(model_file, path, change, **options):
    """Write the members into a zip of any form: change(archive) after all others."""
    with (
        zipfile.ZipFile(model_file) as old,
        zipfile.ZipFile(path, "w", **options) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
        change(new)
    return path


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../../evil.npy", "unexpected member"),
        ("/etc/passwd", "unexpected member"),
        ("arrays/../evil.npy", "unexpected member"),
        ("arrays/", "unexpected member"),
        ("arrays/0.npy\x00.exe", "two members"),
        ("code.py", "unexpected member"),
        ("arrays/99999.npy", "members differ"),
        ("config.json", "two members"),
        ("manifest.json", "two members"),
    ],
)
def test_members_that_do_not_belong(name, message, model_file, tmp_path):
    path = rezipped(model_file, tmp_path / "m", lambda new: new.writestr(name, b"x"))
    assert_refused(path, message)


def test_links_are_not_followed(tmp_path):
    """An entry that is a symbolic link holds a path, not what stands there."""
    np.save(tmp_path / "secret.npy", np.arange(3))
    array = {"kind": "array", "member": "arrays/0.npy"}
    members = {"arrays/0.npy": str(tmp_path / "secret.npy").encode()}
    config = {"objects": [array], "model": {"kind": "ref", "to": 0}}
    whole = write_members(tmp_path / "whole", config, members)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "m", "w") as new:
        for entry in old.infolist():
            if entry.filename in members:
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            new.writestr(entry, old.read(entry.filename))
    assert_refused(tmp_path / "m", "cannot be opened as a model")


def test_compressed_members(model_file, tmp_path):
    """A bomb: a gigabyte of zeros that takes a megabyte."""

    def add_zeros(archive):
        with archive.open("arrays/77.npy", "w") as member:
            for _ in range(64):
                member.write(bytes(2**20))

    options = {"compression": zipfile.ZIP_DEFLATED}
    path = rezipped(model_file, tmp_path / "m", add_zeros, **options)
    assert_refused(path, "compressed")


@pytest.mark.parametrize("fields", ["both", "size"])
def test_members_that_claim_to_be_large(fields, model_file, tmp_path):
    content = bytearray(model_file.read_bytes())
    place = content.rindex(b"PK\1\2")  # the manifest in the list of members
    huge = struct.pack("<L", 2**31 - 1)
    content[place + 24 : place + 28] = huge
    if fields == "both":
        content[place + 20 : place + 24] = huge
    (tmp_path / "m").write_bytes(content)
    assert_refused(tmp_path / "m", "larger than|compressed")


def test_a_long_list_of_members(tmp_path):
    entry = b"PK\1\2" + bytes(42)
    listed = entry * (9 * 2**20 // len(entry))
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 1, 1, len(listed), 0, 0)
    (tmp_path / "m").write_bytes(listed + end)
    assert_refused(tmp_path / "m", "list of members takes")


def test_checksums_are_looked_at(model_file, tmp_path):
    with zipfile.ZipFile(model_file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    members["config.json"] = members["config.json"].replace(b"TinyNet", b"GapNetP")
    with zipfile.ZipFile(tmp_path / "m", "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    assert_refused(tmp_path / "m", "config.json is damaged: the checksum differs")


@pytest.mark.parametrize(
    ("number", "message"),
    [(2, "newer"), (0, "format is 0"), ("1", "format is '1'"), (None, "format is")],
)
def test_other_formats(number, message, model_file, tmp_path):
    with (
        zipfile.ZipFile(model_file) as old,
        zipfile.ZipFile(tmp_path / "m", "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = json.dumps({**json.loads(content), "format": number})
            new.writestr(name, content)
    assert_refused(tmp_path / "m", message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"objects":[],"model":NaN}', "a number in it is NaN"),
        (b'{"objects":[],"model":1e999}', "a number in it is 1e999"),
        (b'{"objects":[],"model":-Infinity}', "-Infinity"),
        (b'{"objects":[],"model":1,"model":2}', "given twice"),
        (b"[" * 100_000 + b"]" * 100_000, "cannot be read"),
        (b'{"objects":[],"model":' + b"[" * 80 + b"]" * 80 + b"}", "nested more"),
        (b'{"objects":[],"model":' + b"9" * 5000 + b"}", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[]", "lacks 'objects'"),
        (b'{"objects":{},"model":1}', "'objects' in it is"),
        (b'{"objects":[]}', "lacks 'model'"),
        (b'{"objects":[],"model":{"kind":"ref","to":0}}', "not there yet"),
        (b'{"objects":[{"kind":"ref","to":0}],"model":1}', "not there yet"),
        (b'{"objects":[],"model":{"kind":"ref","to":-1}}', "not there yet"),
        (b'{"objects":[],"model":{"kind":"ref","to":true}}', "'to' in it is"),
        (b'{"objects":[],"model":{"kind":"pickle"}}', "unknown"),
        (b'{"objects":[],"model":{"kind":"list"}}', "cannot be opened"),
        (b'{"objects":[],"model":{}}', "lacks 'kind'"),
    ],
    ids=lambda value: str(value[:40]) if isinstance(value, bytes) else None,
)
def test_configurations_that_cannot_be(text, message, tmp_path, monkeypatch):
    monkeypatch.setattr(_archive, "_to_json", to_json(text))
    assert_refused(write_members(tmp_path / "m", {}, {}), message)


def to_json(text):
    def write(value):
        return json.dumps(value).encode() if "members" in value else text

    return write
