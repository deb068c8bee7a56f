"""A file is written whole or not at all."""

import builtins
import errno
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from sklearn_protloc.persistence import load_model, save_model
from sklearn_protloc.preprocessing import Resize
from sklearn_protloc.utils import _replacing


@pytest.mark.parametrize("name", ["Zellkern µ 細胞.protloc", "a b'c\"", "n" * 250, "-"])
def test_names_of_any_kind(name, tmp_path):
    save_model(Resize(8), tmp_path / name)
    assert load_model(str(tmp_path / name)).image_size == 8
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_error_amid_saving_leaves_the_old_file(tmp_path):
    path = tmp_path / "m"
    save_model(Resize(8), path)
    with pytest.raises(ValueError, match="Cannot save"):
        save_model([np.zeros(1000), print], path)
    assert load_model(path).image_size == 8
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "m"
    save_model(Resize(8), path)

    class Full:
        """A file on a disk with a few bytes left."""

        def __init__(self, file):
            self._file = file
            self._left = 2000

        def write(self, content):
            self._left -= len(content)
            if self._left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return self._file.write(content)

        def __getattr__(self, name):
            return getattr(self._file, name)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self._file.close()

    def small_disk(*args, **kwargs):
        return Full(builtins.open(*args, **kwargs))

    monkeypatch.setattr(_replacing, "open", small_disk, raising=False)
    with pytest.raises(OSError, match="No space left"):
        save_model([np.zeros(5000)], path)
    assert load_model(path).image_size == 8
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="folders have other permissions there")
def test_a_folder_that_cannot_be_written_to(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(PermissionError):
        save_model(Resize(8), folder / "m")


def test_folders_that_cannot_be(tmp_path):
    with pytest.raises(ValueError, match=r"Folder of the output not found: .*nowhere"):
        save_model(Resize(8), tmp_path / "nowhere" / "m")
    with pytest.raises(ValueError, match="got a folder"):
        save_model(Resize(8), tmp_path)
    with pytest.raises(FileNotFoundError, match="There is no model file"):
        load_model(tmp_path / "m")


KILLED = """
import os, signal, sys
import numpy as np
from sklearn_protloc.persistence import save_model
from sklearn_protloc.persistence._archive import ArchiveWriter

def die(writer, config):
    writer._zip.fp.flush()
    os.kill(os.getpid(), signal.SIGKILL)

ArchiveWriter.finish = die
save_model([np.zeros(5000)], sys.argv[1])
"""


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_a_process_that_is_killed_amid_saving_leaves_the_old_file(tmp_path):
    path = tmp_path / "m"
    save_model(Resize(8), path)
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert load_model(path).image_size == 8
    part = next(p for p in tmp_path.iterdir() if p != path)
    assert part.stat().st_size > 40_000


def test_equal_models_are_equal_files(pipeline, tmp_path):
    for name in ("a", "b"):
        save_model(pipeline, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
