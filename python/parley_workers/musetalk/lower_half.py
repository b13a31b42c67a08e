"""The VAE's decoder on the lower rows of the face only: the rest is never shown, and is a third of the work.

The mid block sees all rows. Each block after it gets the rows that are wanted and at most `halo_rows` latent rows above
them. Two things could differ from decoding the whole face:

* rows near the cut, as far as the halo is shorter than the convolutions reach (`reach`), which is 13 at most;
* every group norm, which wants mean and variance of the whole face. They are put together from the rows that are here
  and from `upper`: the same sums over the rows that are not, measured once per base picture on a whole decoding. They
  hold as far as the model leaves the upper half of a face alone, whatever its mouth does. The halo's own upper rows
  are a little off and count as well: 0.2 levels on average with a halo of 4, with random weights of either size.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from diffusers.models.autoencoders.vae import Decoder
from diffusers.models.resnet import ResnetBlock2D
from torch import Tensor, nn

from .norms import moments, normed
from .spec import FACE_PIXELS, LATENT_PIXELS

PIXELS_PER_LATENT = FACE_PIXELS // LATENT_PIXELS

# Gets the module, its input, and how many of the whole face's rows, at that place, are not in the lower half's input.
Norm = Callable[[nn.GroupNorm, Tensor, int], Tensor]


class LowerHalf:
    def __init__(self, decoder: Decoder, halo_rows: int, first_row: int) -> None:
        first, rest = divmod(first_row, PIXELS_PER_LATENT)
        if rest or not 0 <= first < LATENT_PIXELS or halo_rows < 0:
            raise ValueError(f"rows from {first_row} on with a halo of {halo_rows} cannot be decoded alone")
        self.decoder = decoder
        self.first = first
        # Latent rows above each block's input.
        self.starts: list[int] = []
        for rows in reach([len(block.resnets) for block in decoder.up_blocks]):
            self.starts.append(max(0, first - min(halo_rows, rows)))

    def decode(self, latents: Tensor, upper: Tensor | None) -> Tensor:
        """The decoder's output from the first wanted row on."""
        if upper is None:
            return self._walk(latents, lambda module, x, missing: module(x), cut=True)
        layers = iter(upper.unbind(1))
        return self._walk(latents, lambda module, x, missing: _completed(module, x, missing, next(layers)), cut=True)

    def measure_upper(self, latents: Tensor) -> Tensor:
        """[B, norms, 2, groups]: of what `decode` leaves out, the means and the mean squares at every group norm."""
        found: list[Tensor] = []

        def measuring(module: nn.GroupNorm, x: Tensor, missing: int) -> Tensor:
            found.append(moments(x[:, :, :missing], module.num_groups) if missing else _none(x, module.num_groups))
            return module(x)

        self._walk(latents, measuring, cut=False)
        # The last layers have fewer channels but as many groups.
        return torch.stack(found, dim=1)

    def _walk(self, latents: Tensor, norm: Norm, cut: bool) -> Tensor:
        decoder = self.decoder
        x = decoder.mid_block(decoder.conv_in(latents))
        above = 0
        for level, (block, start) in enumerate(zip(decoder.up_blocks, self.starts)):
            if cut:
                x = x[:, :, (start - above) << level :]
                above = start
            missing = start << level
            for resnet in block.resnets:
                x = _residual(resnet, x, norm, missing)
            if block.upsamplers is not None:
                x = block.upsamplers[0](x)
        x = decoder.conv_out(F.silu(norm(decoder.conv_norm_out, x, missing)))
        return x[:, :, (self.first - above) * PIXELS_PER_LATENT :]


def reach(resnets: list[int]) -> list[int]:
    """How many latent rows above the first that is wanted touch it, counted from the entrance of each block on.

    A residual block has two convolutions, which reach one row of their own resolution each; another follows when the
    block has doubled the rows, and one more is the last. With three residual blocks a level: 13, 6, 3, 1.
    """
    reaches = []
    rows = 1 / PIXELS_PER_LATENT
    for level in reversed(range(len(resnets))):
        if level < len(resnets) - 1:
            rows += 0.5 / 2**level
        rows += 2 * resnets[level] / 2**level
        reaches.append(math.ceil(rows))
    return reaches[::-1]


def _residual(block: ResnetBlock2D, x: Tensor, norm: Norm, missing: int) -> Tensor:
    inner = block.conv1(F.silu(norm(block.norm1, x, missing)))
    inner = block.conv2(F.silu(norm(block.norm2, inner, missing)))
    return inner + (x if block.conv_shortcut is None else block.conv_shortcut(x))


def _completed(module: nn.GroupNorm, x: Tensor, missing: int, upper: Tensor) -> Tensor:
    """Group norm of x as a part of a face whose other rows have the moments `upper`, [B, 2, groups]."""
    share = missing / (missing + x.shape[2])
    return normed(module, x, torch.lerp(moments(x, module.num_groups), upper, share))


def _none(x: Tensor, groups: int) -> Tensor:
    return torch.zeros((x.shape[0], 2, groups), device=x.device)
