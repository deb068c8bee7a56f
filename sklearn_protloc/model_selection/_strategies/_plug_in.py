"""The optimal threshold of calibrated probabilities."""

import numpy as np

from sklearn_protloc.model_selection._strategies._calibration import calibrated_labels

__all__ = ["plug_in"]


def plug_in(y, p, *, metric, step, **_):
    """Return the threshold of each label that is best if its calibration is right.

    Each label's scores are calibrated by the beta map [1]_ with weak priors. For
    calibrated probabilities the best threshold is known: half of the highest F1 that
    can be expected of them [2]_, and for other metrics where gain and loss of a
    positive decision are equal [3]_.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels)
        0/1 values.
    p : ndarray of shape (n_samples, n_labels), floating
        Values from 0 to 1.
    metric : callable
        ``metric(tp, fp, fn, tn)``, arrays in, array out.
    step : float or None
        Distance of neighbouring candidates; None tries all distinct probabilities.
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
    return np.array(
        [label.break_even(metric) for label in calibrated_labels(y, p, step)]
    )
