"""What all losses share."""

import inspect

from torch import nn


class Loss(nn.Module):
    """A loss whose printed form names its options."""

    def extra_repr(self):
        """Name the options, but for those that torch prints as modules."""
        options = {
            name: getattr(self, name)
            for name in inspect.signature(type(self)).parameters
        }
        return ", ".join(
            f"{name}={value!r}"
            for name, value in options.items()
            if not isinstance(value, nn.Module)
        )
