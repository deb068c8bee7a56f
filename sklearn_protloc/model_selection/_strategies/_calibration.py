"""Calibrated probabilities, label by label, on the counts at thresholds."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from sklearn_protloc.metrics import evaluate_counts
from sklearn_protloc.model_selection._threshold_counts import label_counts

__all__ = ["CalibratedLabel", "calibrated_labels"]

# Means and precisions of the priors of intercept, slopes and piles: scores are taken as
# calibrated until samples say otherwise. The results hardly depend on the precisions.
PRIOR_MEAN = np.array([0.0, 1.0, 1.0, 0.0, 0.0, 0.0])
PRIOR_PRECISION = np.array([0.1, 1.0, 1.0, 1.0, 1.0, 1.0])
# Nearer to 0 and 1 than this, scores count as equal for the beta map.
EDGE = 0.0005
# Naive Bayes and other sure models pile scores up below this, and above one less this.
PILE = 0.001
MAX_ITER, TOLERANCE = 50, 1e-6
# Part of a sample by which counts are changed to see what a decision is worth.
TINY = 1e-3


class CalibratedLabel(NamedTuple):
    """Numbers at the thresholds of one label, each of shape (n_thresholds,)."""

    thresholds: np.ndarray  # ascending
    hits: np.ndarray  # true positives
    predicted: np.ndarray  # all predicted positives
    probabilities: np.ndarray  # calibrated, of a score from here to the next threshold
    expected_hits: np.ndarray  # true positives by these probabilities

    def break_even(self, metric):
        """Return the threshold from which on a positive decision is expected to pay.

        For F1 it is where the calibrated probability reaches half of the highest F1
        that can be expected. In general it is where what is gained by a hit and lost
        by a false positive, weighted by their probabilities, are equal.
        """
        n_positive, n_samples = self.expected_hits[0], self.predicted[0]
        counts = self.expected_hits, self.predicted
        values = evaluate_counts(metric, *counts, n_positive, n_samples)
        hits, predicted = (count[values.argmax()] for count in counts)
        more = TINY * np.array([1, -1, 0, 0])
        near = evaluate_counts(
            metric, hits + more, predicted + more + more[::-1], n_positive, n_samples
        )
        gain, loss = near[0] - near[1], near[2] - near[3]
        pays = self.probabilities * gain >= (1 - self.probabilities) * loss
        return self.thresholds[pays.argmax()] if pays.any() else 1.0


def calibrated_labels(y, p, step):
    """Yield each label with its scores calibrated.

    The beta map, ``sigmoid(a log p - b log(1 - p) + c)``, is fitted by maximum a
    posteriori probability with weak priors around the identity, so that rare labels
    do not overfit. Scores piled up at 0, just below 1 and at 1, which no smooth map
    can follow, have a constant of their own each.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels)
        0/1 values.
    p : ndarray of shape (n_samples, n_labels), floating
        Values from 0 to 1.
    step : float or None
        Distance of neighbouring thresholds, between which scores count as equal; None
        takes the distinct scores.

    Yields
    ------
    label : CalibratedLabel
        Of each label in order.
    """
    for thresholds, all_hits, all_predicted in label_counts(y, p, step):
        middles = thresholds if step is None else thresholds + step / 2
        features = _features(thresholds, np.clip(middles, EDGE, 1 - EDGE))
        for hits, predicted in zip(all_hits, all_predicted, strict=True):
            samples = _from_here_to_next(predicted)
            weights = _most_probable(features, _from_here_to_next(hits), samples)
            probabilities = expit(features @ weights)
            expected = (probabilities * samples)[::-1].cumsum()[::-1]
            yield CalibratedLabel(thresholds, hits, predicted, probabilities, expected)


def _features(thresholds, scores):
    """Return the columns that the map is linear in: the beta map's and the piles'."""
    columns = [np.ones(len(scores)), np.log(scores), -np.log1p(-scores)]
    columns += [thresholds < PILE, (thresholds >= 1 - PILE) & (thresholds < 1)]
    return np.column_stack([*columns, thresholds == 1])


def _from_here_to_next(at_or_above):
    """Return the numbers between thresholds from those at or above them."""
    return at_or_above - np.append(at_or_above[1:], 0)


def _most_probable(features, present, samples):
    """Maximise the posterior probability, which is log-concave, by Newton's method."""
    some = samples > 0
    features, present, samples = features[some], present[some], samples[some]

    def loss(weights):
        z, away = features @ weights, weights - PRIOR_MEAN
        return (
            samples @ np.logaddexp(0, z) - present @ z + PRIOR_PRECISION @ away**2 / 2
        )

    weights = PRIOR_MEAN
    for _ in range(MAX_ITER):
        q = expit(features @ weights)
        slope = features.T @ (samples * q - present)
        slope += PRIOR_PRECISION * (weights - PRIOR_MEAN)
        curvature = (features.T * (samples * q * (1 - q))) @ features
        move = np.linalg.solve(curvature + np.diag(PRIOR_PRECISION), slope)
        while np.abs(move).max() > TOLERANCE and loss(weights - move) > loss(weights):
            move /= 2
        weights = weights - move
        if np.abs(move).max() <= TOLERANCE:
            break
    return weights
