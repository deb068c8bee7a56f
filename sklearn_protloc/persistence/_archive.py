"""The zip file of a model: writing it whole, and reading it with suspicion."""

import hashlib
import io
import json
import re
import struct
import zipfile

from sklearn_protloc.persistence._errors import ModelFileError

__all__ = ["FORMAT", "ArchiveReader", "ArchiveWriter", "parse_json"]

FORMAT = 1
_MANIFEST = "manifest.json"
_MEMBER = re.compile(r"config\.json|arrays/\d{1,8}\.npy|weights/\d{1,8}\.safetensors")
_MAX_JSON = 16 * 2**20  # bytes; JSON takes up to some 25 times as much once read
_MAX_DIRECTORY = 8 * 2**20
_SHARED = 256  # bytes up to which equal members are one; classes of labels, mostly


class ArchiveWriter:
    """Writes members one by one, and last what they have to look like.

    Nothing is compressed, so that no member can be larger than the file.

    Parameters
    ----------
    archive : zipfile.ZipFile
        Where to write.
    about : dict
        What else to write into the manifest.
    """

    def __init__(self, archive, about):
        self._zip = archive
        self._about = about
        self._members = {}
        self._shared = {}

    def add(self, folder, suffix, content):
        """Write bytes as a member, and return its name."""
        small = (folder, bytes(content)) if len(content) <= _SHARED else None
        if small in self._shared:
            return self._shared[small]
        name = f"{folder}/{len(self._members)}.{suffix}"
        self._write(name, content)
        if small:
            self._shared[small] = name
        return name

    def finish(self, config):
        """Write the configuration and the manifest."""
        content = _to_json(config)
        if len(content) > _MAX_JSON:
            raise ValueError(
                f"Expected a model whose settings take up to {_MAX_JSON >> 20} MiB, "
                f"got {len(content) >> 20} MiB. Are there large tables or lists among "
                "its attributes?"
            )
        self._write("config.json", content)
        manifest = {"format": FORMAT, **self._about, "members": self._members}
        self._zip.writestr(_entry(_MANIFEST), _to_json(manifest))

    def _write(self, name, content):
        digest = hashlib.sha256(content).hexdigest()
        self._members[name] = {"size": len(content), "sha256": digest}
        self._zip.writestr(_entry(name), content)


def _entry(name):
    """Describe a member without the time, so that equal models are equal files."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o644 << 16
    return entry


def _to_json(value):
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


class ArchiveReader:
    """Reads members whose names, sizes and checksums are those of the manifest.

    Parameters
    ----------
    file : binary file
        The model file.
    """

    def __init__(self, file):
        size = _check_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except zipfile.BadZipFile as error:
            raise ModelFileError(f"it is a damaged zip file ({error})") from error
        entries = self._zip.infolist()
        _check_entries(entries, size)
        self.manifest = self._read_manifest()
        self._members = _listed(self.manifest)
        names = {entry.filename for entry in entries} - {_MANIFEST}
        odd = sorted(names ^ self._members.keys())
        if odd:
            raise ModelFileError(
                f"its list of members and its members differ: {odd[0]}"
            )
        self._unread = set(self._members)
        self._seen = set()

    def read(self, name):
        """Return the bytes of a member."""
        if name not in self._members:
            raise ModelFileError(f"it has no member {name!r}")
        listed = self._members[name]
        if name in self._seen and listed["size"] > _SHARED:
            raise ModelFileError(f"its member {name} is used twice")
        content = self._zip.read(name)
        digest = hashlib.sha256(content).hexdigest()
        if (len(content), digest) != (listed["size"], listed["sha256"]):
            raise ModelFileError(f"its member {name} is damaged: the checksum differs")
        self._seen.add(name)
        self._unread.discard(name)
        return content

    def check_all_read(self):
        """Refuse members that no part of the model asked for."""
        if self._unread:
            raise ModelFileError(f"nothing needs its member {min(self._unread)}")

    def _read_manifest(self):
        if _MANIFEST not in self._zip.NameToInfo:
            raise ModelFileError("it is a zip file, but not of a model")
        manifest = parse_json(self._zip.read(_MANIFEST))
        number = manifest.get("format") if isinstance(manifest, dict) else None
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise ModelFileError(f"its format is {number!r}, expected a number")
        if number > FORMAT:
            raise ModelFileError(
                f"its format {number} is newer than {FORMAT}, the newest that this "
                "version of sklearn-protloc reads. Update sklearn-protloc"
            )
        return manifest


def _listed(manifest):
    """Return the size and checksum of each member."""
    members = manifest.get("members")
    if not isinstance(members, dict):
        raise ModelFileError("its list of members is missing")
    for name, listed in members.items():
        if not isinstance(listed, dict) or listed.keys() != {"size", "sha256"}:
            raise ModelFileError(f"its member {name!r} has no size and checksum")
    return members


def _check_directory(file):
    """Refuse a long list of members before it is read; return the file's size.

    The list is told at the very end, as the file of a model has no comment, and once
    more before that in files beyond 4 GiB.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 98))
    tail = file.read()
    if len(tail) < 22 or tail[-22:-18] != b"PK\5\6":
        raise ModelFileError(
            "it is no zip file. Expected a whole file that save_model wrote; files of "
            "pickle, joblib and torch.save are not read, as opening them runs code"
        )
    (length,) = struct.unpack("<L", tail[-10:-6])
    if tail[:4] == b"PK\6\6" and tail[56:60] == b"PK\6\7":
        (length,) = struct.unpack("<Q", tail[40:48])
    elif tail[-42:-38] == b"PK\6\7":
        raise ModelFileError("its list of members is told in two ways")
    if length > min(_MAX_DIRECTORY, size):
        raise ModelFileError(f"its list of members takes {length} bytes, too many")
    file.seek(0)
    return size


def _check_entries(entries, size):
    """Refuse members that are not as save_model writes them."""
    seen = set()
    for entry in entries:
        name = entry.filename
        if name != _MANIFEST and not _MEMBER.fullmatch(name):
            raise ModelFileError(f"it has an unexpected member {name!r}")
        if name in seen:
            raise ModelFileError(f"it has two members {name!r}")
        seen.add(name)
        stored = entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & 1
        if not stored or entry.file_size != entry.compress_size:
            raise ModelFileError(f"its member {name} is compressed or encrypted")
        if name.endswith(".json") and entry.file_size > _MAX_JSON:
            raise ModelFileError(f"its member {name} is larger than {_MAX_JSON} bytes")
    if sum(entry.file_size for entry in entries) > size:
        raise ModelFileError("its members claim to be larger than the file")


def parse_json(content):
    """Read JSON without what only some readers take: NaN, and a name given twice."""

    def refuse(constant):
        raise ModelFileError(f"a number in it is {constant}")

    def finite(text):
        number = float(text)
        return number if abs(number) < float("inf") else refuse(text)

    def distinct(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ModelFileError("a name in it is given twice")
        return dict(pairs)

    try:
        return json.loads(
            content,
            parse_constant=refuse,
            parse_float=finite,
            object_pairs_hook=distinct,
        )
    except ModelFileError:
        raise
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"its JSON cannot be read: {error}") from error
