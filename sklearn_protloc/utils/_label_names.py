"""Labels that a model and what it is asked about have in common."""

from itertools import zip_longest

from sklearn_protloc.utils._fitted import fitted_attribute

__all__ = ["check_label_names", "check_names_alike"]


def check_label_names(estimator, y, *, name="the model"):
    """Refuse labels whose columns are not those that a model was fitted on.

    Parameters
    ----------
    estimator : estimator instance
        Fitted; only those with `label_names_`, or a model inside that predicts for
        them and has some, are compared.
    y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        Labels; only those with columns are compared, and those of one column are none.
    name : str, default="the model"
        What errors call the estimator.

    Raises
    ------
    ValueError
        If both name labels, but not column by column. Numbers in place of names, as of
        arrays, fit all names.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.utils import Bunch
    >>> from sklearn_protloc.utils._label_names import check_label_names
    >>> model = Bunch(label_names_=["Cytosol", "Nucleoli"])
    >>> check_label_names(model, pd.DataFrame([[0, 1]], columns=model.label_names_))
    """
    columns = getattr(y, "columns", None)
    learnt = fitted_attribute(estimator, "label_names_")
    if columns is not None and len(columns) > 1 and learnt is not None:
        check_names_alike(columns, learnt, "y", name)


def check_names_alike(names, others, who, whose):
    """Raise where names of labels differ, or their order, unless they are numbers.

    Parameters
    ----------
    names, others : sequences of str
        Names of the labels of both.
    who, whose : str
        What errors call both; `whose` is a model if `who` is "y".

    Raises
    ------
    ValueError
        If they differ; the first difference is named.

    Examples
    --------
    >>> from sklearn_protloc.utils._label_names import check_names_alike
    >>> check_names_alike(["0", "1"], ["Cytosol", "Nucleoli"], "y", "the model")
    >>> check_names_alike(["a", "b"], ["b", "a"], "estimator 'p'", "estimator 'q'")
    Traceback (most recent call last):
        ...
    ValueError: Expected labels of the same names in the same order everywhere, but ...
    """
    names, others = [str(name) for name in names], [str(name) for name in others]
    same = set(names) == set(others)
    if names == others or (not same and (_are_numbers(names) or _are_numbers(others))):
        return
    pairs = zip_longest(map(repr, names), map(repr, others), fillvalue="missing")
    k, (name, other) = next((k, p) for k, p in enumerate(pairs) if p[0] != p[1])
    order = " They are the same in another order." if same else ""
    cure = ""
    if who == "y":
        cure = " Use y[model.label_names_]."
        if not set(others) <= set(names):
            cure = (
                " Rename the columns of y, or give y.to_numpy() if they mean the same."
            )
    raise ValueError(
        "Expected labels of the same names in the same order everywhere, but label "
        f"{k} is {name} in {who} and {other} in {whose}.{order}{cure}"
    )


def _are_numbers(names):
    return names == [str(k) for k in range(len(names))]
