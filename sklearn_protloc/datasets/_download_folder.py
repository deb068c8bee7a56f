"""A folder of downloaded files, each compared with its hash before it is used."""

import contextlib
import logging
import threading
import time
from pathlib import Path

import joblib
from rich.progress import track

from sklearn_protloc import __version__
from sklearn_protloc.utils import import_or_raise

_TIMEOUT = 30  # seconds without a byte
_MAX_BYTES = 2**28  # far more than any answer of the atlas
_MAX_CONNECTIONS = 8  # what a public server may be asked for at once
_TRY_AGAIN = {408, 429}  # of the refusals, those that pass


class DownloadFolder:
    """A folder whose files are downloaded if they are missing or damaged.

    ``registry.txt`` in it, in the format of pooch, holds the SHA256 hash that each file
    had when it was first downloaded; a file is used only if it still has that hash, or
    the one in the registry given.
    """

    def __init__(self, folder, *, registry, download_if_missing, n_retries, delay):
        self.folder = Path(folder).absolute()
        self.download_if_missing = download_if_missing
        self.n_retries = n_retries
        self.delay = delay
        self._pooch = import_or_raise("pooch", "Downloading", extra="fetch")
        self._requests = import_or_raise("requests", "Downloading", extra="fetch")
        self._own_registry = self.folder / "registry.txt"
        self._own = (
            self._read(self._own_registry) if self._own_registry.exists() else {}
        )
        self._is_given = registry is not None
        self._given = self._read(registry) if self._is_given else {}
        self._lock = threading.Lock()

    def fetch_all(self, files, description, *, n_jobs, progress):
        """Fetch files, each a name, an address and a check; list names not there."""
        if not files:
            return []
        n_jobs = min(joblib.effective_n_jobs(n_jobs), _MAX_CONNECTIONS)
        parallel = joblib.Parallel(n_jobs, backend="threading", return_as="generator")
        with self._quiet():
            found = parallel(joblib.delayed(self._fetch)(*file) for file in files)
            found = track(found, description, len(files), disable=not progress)
            try:
                return [
                    file[0]
                    for file, there in zip(files, found, strict=True)
                    if not there
                ]
            except ConnectionError as error:  # whose way through threads helps nobody
                raise error.with_traceback(None) from None

    def require_listed(self, names):
        """Raise an error if a registry was given that lacks one of the files."""
        missing = [name for name in names if name not in self._given]
        if self._is_given and missing:
            raise ValueError(
                f"The registry lists no hash of {missing[0]} (and {len(missing) - 1} "
                "more files). Ask for what it lists, or leave registry=None to take "
                "the files as they are."
            )

    def _fetch(self, name, url, check):
        """Make sure that a file is there; return False if the server has none."""
        path = self.folder / name
        known = self._given.get(name, self._own.get(name))
        if not self.download_if_missing and (known is None or not path.exists()):
            raise self._not_there(path)
        if known is None:  # of unknown origin
            path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self._download(url, name, known, check):
            return False
        known = known or self._pooch.file_hash(path)
        with self._lock:
            if self._own.get(name) != known:
                self._own[name] = known
                with open(self._own_registry, "a", encoding="utf-8") as registry:
                    registry.write(f"{name} {known}\n")
        return True

    def _download(self, url, name, known, check):
        """Let pooch download a file unless it has the known hash; False means 404."""
        download = self._downloader(name, check)
        n_attempts = 0
        while True:
            n_attempts += 1
            try:
                self._pooch.retrieve(
                    url, known, fname=name, path=self.folder, downloader=download
                )
                return True
            except (self._requests.RequestException, ValueError) as error:
                status = getattr(getattr(error, "response", None), "status_code", 0)
                if status == 404:
                    return False
                final = 400 <= status < 500 and status not in _TRY_AGAIN
                if final or n_attempts > self.n_retries:
                    raise self._failure(error, url, name, known) from None
            time.sleep(self.delay)

    def _downloader(self, name, check):
        """Return what pooch calls to download into a file that it moves or deletes."""
        http = self._pooch.HTTPDownloader(
            chunk_size=2**16,
            timeout=_TIMEOUT,
            headers={"User-Agent": f"sklearn-protloc/{__version__}"},
        )

        def download(url, output, _):
            if not self.download_if_missing:
                raise self._not_there(self.folder / name)
            http(url, output, None)
            if Path(output).stat().st_size > _MAX_BYTES:
                raise ValueError(f"It has more than {_MAX_BYTES} bytes.")
            check(Path(output).read_bytes())

        return download

    def _failure(self, error, url, name, known):
        kept = "Files that are complete are kept: call again to go on."
        if isinstance(error, self._requests.Timeout):
            return ConnectionError(f"Could not download {url}: it timed out. {kept}")
        if isinstance(error, self._requests.ConnectionError):
            return ConnectionError(
                f"Could not download {url}: there is no connection to the server, or "
                "it broke off. See whether a browser opens that address; behind a "
                f"proxy, set the variable HTTPS_PROXY. {kept}"
            )
        if isinstance(error, self._requests.RequestException):
            return OSError(f"Could not download {url}: {error}. {kept}")
        hint = ""
        if name in self._given:
            hint = " The known hash is that of the registry given."
        elif known:
            hint = (
                f" The known hash is that of {self._own_registry}. Delete its line "
                "there to accept another file."
            )
        return ValueError(f"The answer of {url} was not accepted. {error}{hint}")

    def _not_there(self, path):
        return OSError(
            f"{path} is missing or damaged, and download_if_missing is False."
        )

    def _read(self, path):
        reader = self._pooch.create(path=self.folder, base_url="")
        try:
            reader.load_registry(path)
        except (OSError, ValueError) as error:
            raise ValueError(
                f"Could not read the registry {path}: expected on each line the name "
                f"of a file and its SHA256 hash. {error}"
            ) from error
        return reader.registry

    @contextlib.contextmanager
    def _quiet(self):
        """Keep pooch from printing a line per file."""
        logger = self._pooch.get_logger()
        level = logger.level
        logger.setLevel(logging.WARNING)
        try:
            yield
        finally:
            logger.setLevel(level)
