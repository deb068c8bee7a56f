"""Where the real data of the benchmarks are: the folder in PROTLOC_DATA.

``../shared/data`` if that is not set; seen from the repository, as in the tests.
"""

import os
from pathlib import Path

DATA = Path(__file__).parents[1] / os.environ.get("PROTLOC_DATA", "../shared/data")
