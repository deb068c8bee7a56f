import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def protloc_data():
    """Return the folder of real HPA data, or skip."""
    root = Path(__file__).parents[1]
    folder = (root / os.environ.get("PROTLOC_DATA", "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"real data not found: set PROTLOC_DATA ({folder} does not exist)")
    return folder
