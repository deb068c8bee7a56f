"""What a cache was made from, image by image."""

import hashlib
import json
import os

_STAMP_BYTES = 16
_LINE_BYTES = 2 * _STAMP_BYTES + 1  # hexadecimal, and the end of the line


class Journal:
    """Record beside a cache of its images that are finished.

    The first line tells the options of the collection. Then there is a line for every
    finished image, in their order, with a digest of what it was decoded from: the
    names, sizes and times of change of files.

    Parameters
    ----------
    collection : ImageCollection
        The images.
    path : Path
        Name of the complete cache.
    """

    def __init__(self, collection, path):
        self.samples = collection._samples
        self.cache_path = path
        self.path = path.with_name(path.name + ".journal")
        options = {
            "format": 1,
            "images": collection.shape[0],
            "channels": collection.shape[1],
            "size": list(collection.shape[2:]),
            "dtype": str(collection.dtype),
            **collection._samples.options(),
        }
        self._head = json.dumps(options).encode() + b"\n"

    def stamp(self, i):
        """Return the digest of what image `i` is decoded from, as a line."""
        text = self.samples.stamp(i).encode(errors="surrogateescape")
        digest = hashlib.blake2b(text, digest_size=_STAMP_BYTES)
        return digest.hexdigest().encode() + b"\n"

    def n_done(self):
        """Count the finished images, after a comparison of what they were made from."""
        try:
            head, *lines = self.path.read_bytes().splitlines(keepends=True)
        except (FileNotFoundError, ValueError):  # ValueError: it is empty
            return 0
        if not head.endswith(b"\n"):  # killed while it was written
            return 0
        self._check_options(json.loads(head))
        lines = [line for line in lines if len(line) == _LINE_BYTES]
        for i, line in enumerate(lines):
            if line != self.stamp(i):
                self._refuse(
                    f"{self.samples.name(i)} (image {i}) is not what was read then: "
                    "its name, size, time of change or content is another"
                )
        return len(lines)

    def keep(self, n_done):
        """Forget all but the first finished images."""
        if n_done == 0:
            self._write("wb", self._head)
        else:
            os.truncate(self.path, len(self._head) + n_done * _LINE_BYTES)

    def append(self, stamps):
        """Note that the images of these digests are finished."""
        self._write("ab", b"".join(stamps))

    def _write(self, mode, content):
        with open(self.path, mode) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _check_options(self, then):
        now = json.loads(self._head)
        for name in now | then:
            if now.get(name) != then.get(name):
                self._refuse(
                    f"{name} was {then.get(name)} then and is {now.get(name)} now"
                )

    def _refuse(self, why):
        partial = self.cache_path.with_name(self.cache_path.name + ".part")
        files = [self.cache_path, partial, self.path]
        names = " and ".join(str(file) for file in files if file.exists())
        raise ValueError(
            f"The cache {self.cache_path} was made from other images: {why}. Delete "
            f"{names} to decode anew, or choose another name."
        )
