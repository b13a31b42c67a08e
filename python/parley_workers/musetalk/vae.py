"""Between pictures and latents: crops to the model's eight channels, and latents back to pictures.

Decoding only the rows that are shown is in lower_half.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn

from .loading import load_module
from .lower_half import LowerHalf
from .spec import FACE_PIXELS, HIDDEN_FROM_ROW, LATENT_CHANNELS, LATENT_PIXELS, VAE_SCALING


class Vae(nn.Module):
    def __init__(self, vae: AutoencoderKL) -> None:
        super().__init__()
        self.vae = vae

    def encode_pair(self, crops: Tensor) -> Tensor:
        """RGB crops, uint8 [B, 256, 256, 3] -> [B, 8, 32, 32]: with the lower half hidden, then the whole crop."""
        weights = self.vae.encoder.conv_in.weight
        # In 32 bits and by the reference's own steps: bfloat16 cannot tell one level from the next.
        whole = (crops.to(weights.device).permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5
        hidden = whole.clone()
        # Black before the normalisation, as in training: exactly -1.
        hidden[:, :, HIDDEN_FROM_ROW:] = -1.0
        # The mode, not a sample: the same picture twice in a loop must have the same latents.
        latents = self.vae.encode(torch.cat([hidden, whole]).to(weights.dtype)).latent_dist.mode() * VAE_SCALING
        return torch.cat(latents.chunk(2), dim=1)

    def forward(self, latents: Tensor) -> Tensor:
        """[B, 4, 32, 32] -> float32 [B, 3, 256, 256], 0 to 255 but for what overshoots: to be rounded and clamped."""
        return _to_levels(self.vae.decoder(self._unscaled(latents)))

    def decode_lower(
        self, latents: Tensor, halo_rows: int, first_row: int = HIDDEN_FROM_ROW, upper: Tensor | None = None
    ) -> Tensor:
        """Like forward, but only picture rows from `first_row` on, a multiple of 8. `upper` is what `measure_upper`
        gave for the same halo and first row; without it group norms know only the rows that are decoded.
        """
        lower = LowerHalf(self.vae.decoder, halo_rows, first_row)
        return _to_levels(lower.decode(self._unscaled(latents), upper))

    def measure_upper(self, latents: Tensor, halo_rows: int, first_row: int = HIDDEN_FROM_ROW) -> Tensor:
        """Latents of whole faces -> float32 [B, norms, 2, groups], for `decode_lower` of faces with that upper half."""
        return LowerHalf(self.vae.decoder, halo_rows, first_row).measure_upper(self._unscaled(latents))

    def _unscaled(self, latents: Tensor) -> Tensor:
        latents = latents / VAE_SCALING
        return latents if self.vae.post_quant_conv is None else self.vae.post_quant_conv(latents)


def load_vae(settings_file: Path, tensors_file: Path) -> Vae:
    return Vae(load_module(_build, settings_file, tensors_file)).eval().requires_grad_(False)


def _build(settings: dict[str, Any]) -> AutoencoderKL:
    vae = AutoencoderKL(**settings)
    channels, levels = vae.config.latent_channels, len(vae.config.block_out_channels)
    if (channels * 2, FACE_PIXELS >> (levels - 1)) != (LATENT_CHANNELS, LATENT_PIXELS):
        raise ValueError(f"its latents have {channels} channels and {FACE_PIXELS >> (levels - 1)} rows for a face")
    return vae


def _to_levels(picture: Tensor) -> Tensor:
    """Widened first: bfloat16 has steps of a whole level above 128."""
    return picture.float() * 127.5 + 127.5
