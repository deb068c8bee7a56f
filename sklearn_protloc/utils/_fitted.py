"""What fitted models have learnt."""

__all__ = ["fitted_attribute"]


def fitted_attribute(estimator, name):
    """Return what a model, or the one inside it that predicts for it, has learnt.

    Only models that hand `predict` on unchanged are looked into: pipelines, whose last
    step predicts, and searches, whose best model does. What a member of an ensemble or
    the model inside a calibrated one has learnt is not what the whole decides by.

    Parameters
    ----------
    estimator : estimator instance or None
        Fitted.
    name : str
        Name of the attribute, such as "thresholds_".

    Returns
    -------
    value : object
        The outermost attribute of that name that is not None, else None.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn_protloc.utils._fitted import fitted_attribute
    >>> scaler = make_pipeline(StandardScaler()).fit([[1.0], [3.0]])
    >>> fitted_attribute(scaler, "mean_")
    array([2.])
    """
    while estimator is not None:
        if getattr(estimator, name, None) is not None:
            return getattr(estimator, name)
        steps = getattr(estimator, "steps", None)
        inner = steps[-1][1] if steps else None
        estimator = getattr(estimator, "best_estimator_", inner)
    return None
