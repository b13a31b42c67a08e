"""Group norm that leaves a picture's memory as it is. torch's own turns whatever lies channel after channel, as matrix
units like it, around for itself on a GPU, and the next convolution turns it back: two more passes over memory for each
norm.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def moments(x: Tensor, groups: int) -> Tensor:
    """[B, 2, groups], mean and mean square. In 32 bits, and without a copy of x in them."""
    rows, columns = x.shape[2:]
    mean = x.mean(dim=(2, 3), dtype=torch.float32)
    square = torch.linalg.vector_norm(x, dim=(2, 3), dtype=torch.float32).square() / (rows * columns)
    return torch.stack([mean, square], dim=1).unflatten(2, (groups, -1)).mean(3)


def normed(module: nn.GroupNorm, x: Tensor, found: Tensor) -> Tensor:
    """x by these moments, and the module's own weights."""
    mean, square = found.unbind(1)
    spread = torch.rsqrt((square - mean * mean).clamp_min(0.0) + module.eps)
    channels = x.shape[1] // module.num_groups
    scale = spread.repeat_interleave(channels, dim=1, output_size=x.shape[1]) * module.weight.float()
    shift = module.bias.float() - mean.repeat_interleave(channels, dim=1, output_size=x.shape[1]) * scale
    return torch.addcmul(shift.to(x.dtype)[:, :, None, None], x, scale.to(x.dtype)[:, :, None, None])


class PlainNorm(nn.GroupNorm):
    def forward(self, x: Tensor) -> Tensor:
        # The attention's norms see tokens instead of rows and columns, and few of them.
        return normed(self, x, moments(x, self.num_groups)) if x.dim() == 4 else super().forward(x)


def with_plain_norms(model: nn.Module) -> None:
    for module in model.modules():
        if type(module) is nn.GroupNorm:
            module.__class__ = PlainNorm
