"""Faces as the model knows them: crops through the VAE's encoder. Beside the face parser the one part of a preparation
that needs torch, which is imported when the encoder is opened and not before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...engine import SettingsError
from ..weights import VAE, VAE_SETTINGS
from .errors import PreparationError


class VaeEncoder:
    """Only the VAE's files are needed here, not those of the other two models."""

    def __init__(self, models: Path, device: str) -> None:
        weights, settings = models / VAE.converted, models / VAE_SETTINGS.local
        for path in (weights, settings):
            if not path.is_file():
                raise PreparationError(
                    "no_models",
                    f"{path} is missing: run python -m parley_workers.musetalk fetch --into {models}, "
                    "or name the folder that has it with --models or MUSETALK_MODELS_DIR.",
                )
        try:
            import torch

            from ..models import file_hash
            from ..vae import load_vae
        except ImportError as error:
            raise PreparationError("no_models", f"Encoding faces needs torch and diffusers ({error}).") from error
        try:
            place = _device(torch, device)
            self._vae: Any = load_vae(settings, weights).to(place)
        except (SettingsError, RuntimeError) as error:
            raise PreparationError("no_models", f"The VAE cannot be used: {error}") from error
        self._torch: Any = torch
        # A cancel waits for one batch: half a teraflop for each picture, which takes a processor seconds.
        self.batch = 1 if place == "cpu" else 8
        # Latents of other weights are other latents: the worker compares.
        self.vae_hash: str = file_hash(weights)

    def encode(self, crops: np.ndarray) -> np.ndarray:
        """RGB uint8 [B, 256, 256, 3] -> float16 [B, 8, 32, 32]. In fp32: it is done once for each picture, ever."""
        with self._torch.inference_mode():
            latents = self._vae.encode_pair(self._torch.from_numpy(crops))
        found = latents.float().cpu().numpy().astype(np.float16)
        if not np.isfinite(found).all():
            raise PreparationError("no_models", "The VAE gave values that are no numbers: its weights are damaged.")
        return found


def _device(torch: Any, name: str) -> str:
    if name != "auto":
        return name
    return "cuda" if torch.cuda.is_available() else "cpu"
