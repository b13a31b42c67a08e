"""TAESD, the small decoder for the same latents (madebyollin/taesd): a plain stack of convolutions, 35 GFLOP a picture
against 622. Teeth and skin lose detail; how much has to be looked at with the published weights.

It takes latents as the picture model gives them: its scaling factor is 1 where the usual decoder's is 0.18215.
"""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import AutoencoderTiny
from torch import Tensor, nn

from ..engine import SettingsError
from .loading import fill, read_tensors
from .weights import SMALL_DECODER


class SmallDecoder(nn.Module):
    def __init__(self, small: AutoencoderTiny) -> None:
        super().__init__()
        self.decoder = small.decoder

    def forward(self, latents: Tensor) -> Tensor:
        """[B, 4, 32, 32] -> float32 [B, 3, 256, 256], 0 to 255 but for what overshoots."""
        return self.decoder(latents).float() * 127.5 + 127.5


def load_small_decoder(folder: Path) -> SmallDecoder:
    file = folder / SMALL_DECODER.local
    if not file.is_file():
        raise SettingsError(
            f"{file} is missing: run python -m parley_workers.musetalk fetch --small-decoder --into {folder}"
        )
    # As published; its own settings file only repeats the library's usual values.
    with torch.device("meta"):
        small = AutoencoderTiny()
    fill(small, read_tensors(file), file)
    return SmallDecoder(small).eval().requires_grad_(False)
