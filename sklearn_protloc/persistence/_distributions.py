"""Distributions of scipy, which random searches draw from."""

import numpy as np
from scipy import stats

from sklearn_protloc.persistence._codec import Kind, field
from sklearn_protloc.persistence._errors import ModelFileError

__all__ = ["DISTRIBUTIONS"]

_FROZEN = type(stats.norm()), type(stats.poisson(1))


def _fits(value, encoder):
    if type(value) not in _FROZEN:
        return False
    return type(_of_scipy(value.dist.name)) is type(value.dist)


def _of_scipy(name):
    """Return one of the distributions that scipy has ready, or None."""
    distribution = getattr(stats, name, None)
    known = isinstance(distribution, stats.rv_continuous | stats.rv_discrete)
    return distribution if known else None


def _encode(value, encoder):
    return {
        "name": value.dist.name,
        "args": encoder.value(value.args),
        "options": encoder.value(value.kwds),
    }


def _decode(node, decoder):
    name = field(node, "name", str)
    args, options = (decoder.value(field(node, n, dict)) for n in ("args", "options"))
    distribution = _of_scipy(name)
    numbers = int | float | np.number | np.ndarray
    if distribution is None or not all(
        isinstance(number, numbers) for number in (*args, *options.values())
    ):
        raise ModelFileError(f"a distribution {name!r} in it is unknown")
    return distribution(*args, **options)


DISTRIBUTIONS = [Kind("distribution", _fits, _encode, _decode, shared=True)]
