"""Reading which samples belong together."""

from numbers import Number

import numpy as np
import pandas as pd

__all__ = ["check_same_groups", "group_codes", "unused_name"]


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
        If there is not one group for each sample, or a number and a text read alike.

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
    codes, names = pd.factorize(groups)
    missing = np.flatnonzero(codes < 0)
    if missing.size:
        raise ValueError(
            f"Expected a group for each sample, got none for {missing.size} of them, "
            f"the first in row {missing[0]}. Name them, or leave these samples out."
        )
    if groups.dtype == object:
        _check_alike(names)
    return codes.astype(np.int64)


def check_same_groups(groups, others, name, other_name):
    """Refuse groups of two sets of samples that could not be the same even if they are.

    Parameters
    ----------
    groups, others : array-like of shape (n_samples,) and (n_others,)
        Names or numbers of groups, such as antibodies.
    name, other_name : str
        What the error calls them.

    Raises
    ------
    ValueError
        If one holds numbers only and the other texts only, or the like, or a number of
        one reads as a text of the other.

    Examples
    --------
    >>> from sklearn_protloc.utils._groups import check_same_groups
    >>> check_same_groups([1, 2], [2, 3], "groups_train", "groups")
    """
    both = [pd.unique(np.asarray(of, dtype=object).ravel()) for of in (groups, others)]
    kinds = [dict.fromkeys(map(_kind, of)) for of in both]
    if not kinds[0].keys() & kinds[1].keys():
        raise ValueError(
            f"Expected {name} and {other_name} all as numbers or all as texts: "
            f"otherwise none are ever the same. Got {' and '.join(kinds[0])} as "
            f"{name}, such as {both[0][0]!r}, and {' and '.join(kinds[1])} as "
            f"{other_name}, such as {both[1][0]!r}. Convert one of them."
        )
    _check_alike(np.concatenate(both))


def _kind(group):
    """Return what a group is, in a word."""
    if isinstance(group, str):
        return "texts"
    return "numbers" if isinstance(group, Number) else type(group).__name__


def _check_alike(names):
    """Refuse a number and a text that read alike, as columns of CSV files may hold."""
    texts = {name.strip() for name in names if isinstance(name, str)}
    if not texts:
        return
    for name in names:
        if _kind(name) == "numbers" and {str(name), f"{name:.15g}"} & texts:
            raise ValueError(
                f"Expected groups all as numbers or all as texts, got {name} as both: "
                "they would count as different groups. Convert them, such as by "
                "groups.astype(str)."
            )


def unused_name(name, groups):
    """Return a name for a further group that none of the groups has.

    Parameters
    ----------
    name : str
        The name wished for.
    groups : iterable
        Names that are taken.

    Returns
    -------
    name : str
        The same, or with "groups" behind it as often as needed.

    Examples
    --------
    >>> from sklearn_protloc.utils._groups import unused_name
    >>> unused_name("other", ["U-2 OS", "other"])
    'other groups'
    """
    taken = {str(group) for group in groups}
    while name in taken:
        name += " groups"
    return name
