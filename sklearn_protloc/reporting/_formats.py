"""Numbers as people read them."""

import math

__all__ = ["DASH", "between", "count", "ends", "number", "seconds", "share", "signed"]

DASH = "-"


def number(value, digits=3):
    """Return a score in digits behind the point, or a dash for NaN."""
    return DASH if _is_missing(value) else f"{value:.{digits}f}"


def signed(value):
    """Return a difference with its sign."""
    return DASH if _is_missing(value) else f"{value:+.3f}"


def between(value, low, high, form=number):
    """Return a value with the ends of its interval in brackets."""
    if _is_missing(value) or _is_missing(low):
        return form(value)
    return f"{form(value)} ({form(low)} to {form(high)})"


def ends(interval):
    """Return an interval, or a dash where it is not defined."""
    low, high = interval
    return DASH if _is_missing(low) else f"{number(low)} to {number(high)}"


def count(value):
    """Return a whole number with commas between thousands."""
    return DASH if _is_missing(value) else f"{int(value):,}"


def share(value):
    """Return a share as a percentage."""
    return DASH if _is_missing(value) else f"{value:.1%}"


def seconds(value):
    """Return a duration in three digits."""
    return (
        DASH
        if _is_missing(value)
        else f"{value:,.3g}"
        if value < 1e3
        else (f"{value:,.0f}")
    )


def _is_missing(value):
    return value is None or (isinstance(value, float) and math.isnan(value))
