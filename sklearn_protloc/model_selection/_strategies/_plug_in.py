"""The optimal threshold of calibrated probabilities."""

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.special import expit, logit

from sklearn_protloc.model_selection._count_metrics import evaluate

__all__ = ["plug_in"]

# Probabilities this close to 0 or 1 are taken as equal: their logarithm has a say in
# the calibration, but a network's belief of 1e-9 is not a thousand times 1e-6.
CLIP = 1e-4
# Means and precisions of the priors of slope, slope and intercept: the scores are
# taken as calibrated until samples say otherwise.
PRIOR_MEAN = np.array([1.0, 1.0, 0.0])
PRIOR_PRECISION = np.array([1.0, 1.0, 0.1])
# Part of a sample by which counts are changed to see what a decision is worth.
TINY = 1e-3


def plug_in(y, p, *, metric, **_):
    """Return the threshold of each label that is best if its calibration is right.

    Each label's scores are calibrated by the beta map [1]_,
    ``sigmoid(a log p - b log(1 - p) + c)`` with a, b >= 0, fitted by maximum a
    posteriori probability with weak priors around the identity, so that rare labels
    do not overfit. For calibrated probabilities the threshold is known: half of the
    highest F1 that can be expected of them [2]_, and for other metrics the probability
    at which gain and loss of a positive decision are equal [3]_.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels)
        0/1 values.
    p : ndarray of shape (n_samples, n_labels), floating
        Values from 0 to 1.
    metric : callable
        ``metric(tp, fp, fn, tn)``, arrays in, array out.
    **_ : dict
        What other rules need.

    Returns
    -------
    thresholds : ndarray of shape (n_labels,), dtype float64
        On the scale of `p`.

    References
    ----------
    .. [1] M. Kull, T. Silva Filho, P. Flach, "Beta calibration", AISTATS 2017.
    .. [2] Z. C. Lipton, C. Elkan, B. Naryanaswamy, "Optimal thresholding of
       classifiers to maximize F1 measure", ECML PKDD 2014.
    .. [3] O. Koyejo et al., "Consistent binary classification with generalized
       performance metrics", NeurIPS 2014.
    """
    thresholds = np.empty(y.shape[1])
    for k in range(y.shape[1]):
        features = _features(p[:, k])
        weights = _calibrate(features, y[:, k])
        cut = _cut(expit(features @ weights), metric)
        thresholds[k] = _score_at(weights, cut)
    return thresholds


def _features(scores):
    """Return the columns that the beta map is linear in."""
    scores = np.clip(np.asarray(scores, dtype=np.float64), CLIP, 1 - CLIP)
    return np.column_stack([np.log(scores), -np.log1p(-scores), np.ones(len(scores))])


def _calibrate(features, present):
    """Return slopes and intercept with the highest posterior probability."""

    def loss(weights):
        z = features @ weights
        away = weights - PRIOR_MEAN
        value = np.logaddexp(0, z).sum() - z @ present + PRIOR_PRECISION @ away**2 / 2
        return value, features.T @ (expit(z) - present) + PRIOR_PRECISION * away

    bounds = [(0, None), (0, None), (None, None)]
    return minimize(loss, PRIOR_MEAN, jac=True, method="L-BFGS-B", bounds=bounds).x


def _cut(calibrated, metric):
    """Return the calibrated probability from which a positive decision pays."""
    q = np.sort(calibrated)[::-1]
    hits, predicted = q.cumsum(), np.arange(1, len(q) + 1)
    values = evaluate(metric, hits, predicted, hits[-1], len(q))
    best = np.argmax(values)
    tp, fp = hits[best], predicted[best] - hits[best]
    # One more present sample found, and one more absent one marked, by TINY samples.
    steps = np.array([[TINY, 0], [-TINY, 0], [0, TINY], [0, -TINY]])
    near = evaluate(
        metric, tp + steps[:, 0], tp + fp + steps.sum(axis=1), hits[-1], len(q)
    )
    gain, loss = near[0] - near[1], near[3] - near[2]
    return loss / (gain + loss) if gain + loss > 0 else q[best]


def _score_at(weights, cut):
    """Return the score whose calibrated probability is `cut`."""

    def above(score):
        return (_features([score]) @ weights)[0] - logit(np.clip(cut, CLIP, 1 - CLIP))

    if above(CLIP) >= 0:
        return 0.0
    return 1.0 if above(1 - CLIP) <= 0 else brentq(above, CLIP, 1 - CLIP)
