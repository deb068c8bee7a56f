import os
import signal
from pathlib import Path

# Set before torch and SciPy are imported. Bitwise equal results need an equal number
# of threads in workers and here; SciPy's array API opens one more of scikit-learn's
# checks.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ.setdefault("SCIPY_ARRAY_API", "1")

import pytest


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c():
    """Have Ctrl-C interrupt, which shells switch off for background runs."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def protloc_data():
    """Return the folder of real HPA data, or skip."""
    root = Path(__file__).parents[1]
    folder = (root / os.environ.get("PROTLOC_DATA", "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"real data not found: set PROTLOC_DATA ({folder} does not exist)")
    return folder
