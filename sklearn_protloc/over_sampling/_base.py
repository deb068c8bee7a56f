"""What all samplers share."""

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
import pandas as pd
from imblearn.base import SamplerMixin
from sklearn.base import BaseEstimator
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils.metadata_routing import UNUSED

from sklearn_protloc.over_sampling._rows import (
    check_labels,
    check_samples,
    check_weights,
    like,
    take_rows,
)


class Resampled(NamedTuple):
    """What a result is made of.

    `rows` are the samples that its rows are taken or made from, `features` and `labels`
    those made anew for all rows, None where they are taken.
    """

    rows: np.ndarray
    features: object = None
    labels: np.ndarray | None = None


class MultiLabelSampler(SamplerMixin, BaseEstimator, ABC):
    """Base of samplers for tables and images with a 0/1 column per label.

    imblearn's own base class reads `X` as a table and `y` as one column of classes,
    so that nothing is taken from it but the name. A subclass says in ``_fit_resample``
    what the result is made of.
    """

    # a Pipeline has no place for the third thing that fit_resample may return
    __metadata_request__fit_resample = {"sample_weight": UNUSED}

    def fit(self, X, y):
        """Choose samples without building the result.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            As for `fit_resample`.
        y : array-like of shape (n_samples, n_labels)
            As for `fit_resample`.

        Returns
        -------
        self : object
            The fitted sampler.
        """
        self._fit(X, y)
        return self

    def fit_resample(self, X, y, sample_weight=None):
        """Resample the data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width) or \
                (n_samples, n_features)
            Images, in memory or lazy, or a table: array, DataFrame or sparse matrix.
        y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
            0/1 values of any numeric or boolean type.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights to take along.

        Returns
        -------
        X_resampled : array-like of shape (n_samples_new, ...)
            What `X` was: an ndarray for an ndarray, a table for a table. Images that
            are not in memory stay so, as a lazy view.
        y_resampled : array-like of shape (n_samples_new, n_labels)
            The labels, in the form and type of `y`.
        sample_weight_resampled : array-like of shape (n_samples_new,)
            Weight of the sample that each row was taken or made from. Only if
            `sample_weight` is given.

        Raises
        ------
        ValueError
            If a parameter is out of its range, `y` is not a 0/1 indicator matrix, or
            lengths differ.
        """
        X, y, (rows, features, labels) = self._fit(X, y, sample_weight)
        X_new = take_rows(X, rows) if features is None else like(X, features, rows)
        y_new = take_rows(y, rows) if labels is None else like(y, labels, rows)
        if labels is not None:
            y_new = y_new.astype(y.dtypes if hasattr(y, "dtypes") else y.dtype)
        if sample_weight is None:
            return X_new, y_new
        return X_new, y_new, _safe_indexing(sample_weight, rows)

    def _fit(self, X, y, sample_weight=None):
        """Check all that is given, choose, and note what was chosen."""
        self._validate_params()
        X = check_samples(X)
        n_samples = X.shape[0]
        y, Y, names = check_labels(y, n_samples)
        if sample_weight is not None:
            check_weights(sample_weight, n_samples)
        rng = check_random_state(getattr(self, "random_state", None))
        made = self._fit_resample(X, Y, names, rng)
        after = Y[made.rows] if made.labels is None else made.labels
        self.n_features_in_ = X.shape[1]
        self.sample_indices_ = made.rows
        self.is_augmented_ = np.arange(len(made.rows)) >= n_samples
        self.report_ = pd.DataFrame(
            {"before": _counts(Y), "after": _counts(after)}, index=names
        )
        return X, y, made

    @abstractmethod
    def _fit_resample(self, X, Y, names, rng):
        """Return what the result is made of, as `Resampled`."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.estimator_type = "sampler"
        tags.target_tags.required = True
        tags.target_tags.single_output = False
        tags.target_tags.multi_output = True
        tags.target_tags.two_d_labels = True
        return tags


def _counts(Y):
    return Y.sum(axis=0, dtype=np.int64)
