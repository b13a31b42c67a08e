"""The three models, loaded from their folder onto one device in one precision."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ..engine import SettingsError
from .spec import AUDIO_TOKENS, FACE_PIXELS, LATENT_CHANNELS, LATENT_PIXELS, STATES
from .unet import PictureModel, load_unet
from .vae import Vae, load_vae
from .weights import require
from .whisper import Encoder, load_encoder

PRECISIONS = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


@dataclass(frozen=True)
class Models:
    encoder: Encoder
    unet: PictureModel
    vae: Vae
    device: torch.device
    dtype: torch.dtype
    # Of one token's states, and of what the picture model hears.
    feature_width: int
    # Of the file that the VAE was loaded from: latents of another VAE are other latents.
    vae_hash: str
    latent_shape: tuple[int, int, int] = (LATENT_CHANNELS, LATENT_PIXELS, LATENT_PIXELS)
    face_pixels: int = FACE_PIXELS
    audio_tokens: int = AUDIO_TOKENS


def load_models(folder: Path, device: str, precision: str, channels_last: bool = True) -> Models:
    """Raises SettingsError with one sentence that names the file."""
    if precision not in PRECISIONS:
        raise SettingsError(f"the precision must be one of {', '.join(PRECISIONS)}, not {precision}")
    place, dtype = _device(device), PRECISIONS[precision]
    places = require(folder)
    encoder = load_encoder(places.whisper_settings, places.whisper)
    if encoder.states != STATES:
        raise SettingsError(f"{places.whisper_settings} has {encoder.states - 1} layers, not {STATES - 1}")
    unet = load_unet(places.unet_settings, places.unet)
    if unet.audio_width != encoder.width:
        raise SettingsError(
            f"{places.unet_settings} listens to {unet.audio_width} values a token (cross_attention_dim), "
            f"{places.whisper_settings} gives {encoder.width} (d_model)"
        )
    vae = load_vae(places.vae_settings, places.vae)
    return Models(
        encoder=onto(encoder, place, dtype, channels_last),
        unet=onto(unet, place, dtype, channels_last),
        vae=onto(vae, place, dtype, channels_last),
        device=place,
        dtype=dtype,
        feature_width=encoder.width,
        vae_hash=file_hash(places.vae),
    )


def file_hash(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise SettingsError(f"{name} is no device that torch knows") from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise SettingsError(f"there is no {name} here: torch sees {torch.cuda.device_count()} CUDA devices")
    return device


def onto(module: nn.Module, device: torch.device, dtype: torch.dtype, channels_last: bool) -> nn.Module:
    module = module.to(device=device, dtype=dtype)
    # What tensor cores take without turning it around first. On the CPU it gains nothing dependable.
    return module.to(memory_format=torch.channels_last) if channels_last and device.type == "cuda" else module
