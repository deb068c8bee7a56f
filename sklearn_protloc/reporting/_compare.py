"""Several models on the same folds."""

import warnings
from numbers import Real

import numpy as np
import pandas as pd
from rich.progress import track
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning
from sklearn.utils import indexable
from sklearn.utils.parallel import Parallel, delayed

from sklearn_protloc.datasets import as_rows
from sklearn_protloc.model_selection import leakage_report
from sklearn_protloc.reporting._held_out import fit_and_predict
from sklearn_protloc.reporting._pooling import as_comparison
from sklearn_protloc.utils import (
    check_indicator,
    check_same_order,
    fold_splits,
    group_codes,
)
from sklearn_protloc.utils._killed_workers import explaining_killed_workers

__all__ = ["compare"]


def compare(
    models,
    X,
    y,
    *,
    cv=None,
    groups=None,
    reference=None,
    fit_params=None,
    error_score=np.nan,
    n_jobs=None,
    progress=False,
    random_state=0,
):
    """Compare models by cross-validation on the same folds.

    Every model is fitted on the training side of each fold, and predicts its test side.
    Nothing is tuned here: labels are what the `predict` of each model says, so that a
    model with thresholds tunes them inside the training side.

    Parameters
    ----------
    models : dict or list of (str, estimator) tuples
        Multi-label classifiers by name: networks, forests, pipelines, searches. Those
        without `predict_proba` are ranked by `decision_function`, those with neither
        have no average precision and no ROC AUC. They are cloned.
    X : array-like of shape (n_samples, ...)
        Images, or what else all the models take; lazy images stay lazy.
    y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
        0/1 values, handed to the models as they are.
    cv : int, cross-validation splitter, iterable of splits or None, default=None
        The folds, made once for all models. A number, by default 3 as each fold trains
        a network, is dealt with like shares of every label and keeps groups together.
        Splits are pairs of row numbers or of masks. No sample may be tested twice.
    groups : array-like of shape (n_samples,), default=None
        The group of each sample, such as its antibody: for the folds, and drawn whole
        by the bootstrap.
    reference : str, default=None
        Name of the model that the others are compared with. None takes the one with
        the highest macro F1, which was lucky among others: name it beforehand where a
        p-value is to be published.
    fit_params : dict, default=None
        Parameters of `fit` by name of the model; values with an entry per sample are
        cut to the training rows, such as ``{"net": {"groups": groups}}`` for a
        :class:`~sklearn_protloc.model_selection.MultiLabelThresholdOptimizer` whose own
        folds are to keep groups together.
    error_score : "raise" or number, default=np.nan
        Scores of a model that fails in a fold: its error is kept and the other models
        go on. "raise" raises the error.
    n_jobs : int, default=None
        Number of fits at the same time. None is 1, -1 all processors. Times are then
        those of fits that share the machine.
    progress : bool, default=False
        Whether to draw a progress bar.
    random_state : int, RandomState instance or None, default=0
        Draws the resamples of the bootstrap. The models have their own.

    Returns
    -------
    comparison : Comparison
        Scores, intervals, times and held-out predictions.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, a sample is tested twice, or all models
        failed.
    TypeError
        If a model is no estimator.

    Warns
    -----
    UserWarning
        If samples are tested whose group is trained on.
    FitFailedWarning
        If a model failed.

    See Also
    --------
    report : All about one fitted model.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn_protloc.reporting import compare
    >>> X, y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> models = {
    ...     "forest": RandomForestClassifier(20, random_state=0),
    ...     "most frequent": DummyClassifier(),
    ... }
    >>> comparison = compare(models, X, y, cv=3)
    >>> comparison.to_frame()[["macro_f1", "macro_f1_low", "macro_f1_high"]].round(2)
                   macro_f1  macro_f1_low  macro_f1_high
    model
    forest             0.77          0.72           0.82
    most frequent      0.73          0.68           0.78
    """
    models = _check_models(models, reference)
    fit_params = _check_fit_params(fit_params, models)
    _check_error_score(error_score)
    X, y, groups = indexable(as_rows(X), y, groups)
    check_same_order(X, y)
    truth, names = check_indicator(y)
    splits = fold_splits(X, truth, cv, groups=groups)
    _check_splits(splits, truth, groups)
    fits = (
        delayed(fit_and_predict)(
            clone(model), X, y, split, len(names), fit_params[name], error_score
        )
        for name, model in models.items()
        for split in splits
    )
    n_fits = len(models) * len(splits)
    with explaining_killed_workers(n_jobs):
        done = Parallel(n_jobs=n_jobs, return_as="generator")(fits)
        done = iter(list(track(done, "Fitting", n_fits, disable=not progress)))
    results = {name: [next(done) for _ in splits] for name in models}
    errors = _errors(results)
    return as_comparison(
        pd.DataFrame(truth, columns=names, index=getattr(y, "index", None)),
        splits,
        results,
        errors,
        groups=groups,
        reference=reference,
        error_score=error_score,
        random_state=random_state,
    )


def _check_models(models, reference):
    """Return models as a dict by name."""
    try:
        pairs = list(models.items() if isinstance(models, dict) else models)
        pairs = [(name, model) for name, model in pairs]
    except (TypeError, ValueError):
        raise TypeError(
            "Expected models as a dict from name to estimator, or a list of (name, "
            f"estimator) tuples, got {type(models).__name__}."
        ) from None
    names = [name for name, _ in pairs]
    if not names or not all(isinstance(n, str) and n.strip() for n in names):
        raise ValueError(
            f"Expected a name, a str, for each of the models, got {names}."
        )
    if len(set(names)) < len(names):
        raise ValueError(f"Expected models of different names, got {names}.")
    for name, model in pairs:
        if isinstance(model, type) or not hasattr(model, "fit"):
            raise TypeError(
                f"Expected an estimator, which has fit, as {name!r}, got {model!r}."
            )
    if reference is not None and reference not in names:
        raise ValueError(
            f"Expected reference as the name of a model, {', '.join(names)}, got "
            f"{reference!r}."
        )
    return dict(pairs)


def _check_fit_params(fit_params, models):
    """Return parameters of `fit` for each model."""
    fit_params = fit_params or {}
    unknown = sorted(set(fit_params) - set(models))
    if unknown:
        raise ValueError(
            "Expected fit_params as a dict by name of the model, "
            f"{', '.join(models)}, got {', '.join(map(repr, unknown))}."
        )
    return {name: fit_params.get(name, {}) for name in models}


def _check_error_score(error_score):
    if error_score != "raise" and not isinstance(error_score, Real):
        raise ValueError(
            f"Expected error_score as 'raise' or a number, got {error_score!r}."
        )


def _check_splits(splits, truth, groups):
    """Raise where a row is tested twice; warn where groups are on both sides."""
    if not splits:
        raise ValueError("Expected cv to give at least one (train, test) split.")
    times = np.bincount(np.concatenate([test for _, test in splits]))
    if times.max() > 1:
        raise ValueError(
            "Expected cv to test each sample at most once, but "
            f"{(times > 1).sum()} of them are tested more often. Held-out predictions "
            "are pooled: use folds, such as MultilabelStratifiedKFold."
        )
    if groups is None:
        return
    n_groups = group_codes(groups, len(truth)).max() + 1
    if n_groups < 2:
        raise ValueError("Expected two or more groups, got one.")
    shared = leakage_report(truth, cv=splits, groups=groups).summary.loc["groups"]
    if shared["n_shared"]:
        warnings.warn(
            f"{shared['exposed']:.0%} of the samples tested have samples of their "
            "group in training, which makes scores too good. Use folds that keep "
            "groups together, such as MultilabelStratifiedGroupKFold.",
            UserWarning,
            stacklevel=3,
        )


def _errors(results):
    """Return what went wrong first, by name of the model, and warn of it."""
    errors = {}
    for name, folds in results.items():
        failed = [k for k, held_out in enumerate(folds) if held_out.error]
        if failed:
            others = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
            errors[name] = f"fold {failed[0]}{others}: {folds[failed[0]].error}"
    texts = "; ".join(f"{name!r} in {text}" for name, text in errors.items())
    if len(errors) == len(results):
        raise ValueError(f"All models failed: {texts}")
    if errors:
        warnings.warn(f"Failed: {texts}", FitFailedWarning, stacklevel=3)
    return errors
