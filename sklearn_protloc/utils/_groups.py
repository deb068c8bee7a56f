"""Reading which samples belong together."""

import numpy as np
import pandas as pd

__all__ = ["group_codes"]


def group_codes(groups, n_samples):
    """Return a number for the group of each sample.

    Parameters
    ----------
    groups : array-like of shape (n_samples,)
        Names or numbers of any type.
    n_samples : int
        How many are expected.

    Returns
    -------
    codes : ndarray of shape (n_samples,), dtype int64
        0 for the group of the first sample, and so on in order of appearance.

    Raises
    ------
    ValueError
        If there is not one group for each sample.

    Examples
    --------
    >>> from sklearn_protloc.utils import group_codes
    >>> group_codes(["HPA2", "HPA1", "HPA2"], n_samples=3)
    array([0, 1, 0])
    """
    if groups is None:
        raise ValueError(
            "Expected groups, such as the antibody of each sample, got None: the "
            "'groups' parameter should not be None."
        )
    # Among strings in a list, numpy would take NaN for the name "nan".
    groups = np.asarray(groups, dtype=object if isinstance(groups, list) else None)
    if groups.ndim == 2 and groups.shape[1] == 1:
        groups = groups[:, 0]
    if groups.shape != (n_samples,):
        raise ValueError(
            f"Expected a group for each of {n_samples} samples, got groups of shape "
            f"{groups.shape}."
        )
    codes = pd.factorize(groups)[0]
    missing = np.flatnonzero(codes < 0)
    if missing.size:
        raise ValueError(
            f"Expected a group for each sample, got none for {missing.size} of them, "
            f"the first in row {missing[0]}. Name them, or leave these samples out."
        )
    return codes.astype(np.int64)
