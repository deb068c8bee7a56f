"""What networks return, and the logits in it."""

from sklearn_protloc.networks import Localization

__all__ = ["logits_of", "to_float", "without_maps"]


def logits_of(output):
    """Return the logits of what a network returned."""
    return output.logits if isinstance(output, Localization) else output


def without_maps(step):
    """Return a step of skorch with logits alone, which is what scoring keeps."""
    return {**step, "y_pred": logits_of(step["y_pred"])}


def to_float(output):
    """Return an output in float32."""
    if not isinstance(output, Localization):
        return output.float()
    return Localization(*(part if part is None else part.float() for part in output))
