"""The pooling of multiple-instance learning: a share of the places has to agree."""

import torch
from torch import nn

__all__ = ["NoisyAnd"]


class NoisyAnd(nn.Module):
    """Logits of whether a location shows at more than a learnt share of the places.

    With the mean probability p of all places, the noisy-AND is the logistic function
    of ``slope * (p - share)``, shifted and stretched to be 0 at p = 0 and 1 at p = 1.
    Its logit is computed in a form that takes no difference of nearly equal numbers.
    """

    def __init__(self, n_labels, slope, share):
        super().__init__()
        self.slope = slope
        self.share = nn.Parameter(torch.full((n_labels,), float(share)))

    def forward(self, maps):
        if self.training:
            # a share outside would get no gradient to come back; by .data, as the maps
            # may be pooled twice before gradients are computed
            self.share.data.clamp_(0, 1)
        # float16 would round the probabilities of rare locations to 0
        dtype = torch.promote_types(maps.dtype, torch.float32)
        places, share = maps.to(dtype), self.share.to(dtype).clamp(0, 1)
        half, tiny = self.slope / 2, torch.finfo(dtype).tiny
        present = places.sigmoid().mean(dim=(2, 3)).clamp_min(tiny)
        absent = (-places).sigmoid().mean(dim=(2, 3)).clamp_min(tiny)
        odds = torch.sinh(half * present).log() - torch.sinh(half * absent).log()
        bias = torch.cosh(half * (1 - share)).log() - torch.cosh(half * share).log()
        return (odds + bias).to(maps.dtype)
