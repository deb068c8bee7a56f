"""What `check_images` looks for, and what it tells of it."""

from sklearn_protloc.datasets._checks._examine import examine
from sklearn_protloc.datasets._checks._findings import Findings
from sklearn_protloc.datasets._checks._open import open_samples
from sklearn_protloc.datasets._checks._report import ImageReport, refusal

__all__ = ["Findings", "ImageReport", "examine", "open_samples", "refusal"]
