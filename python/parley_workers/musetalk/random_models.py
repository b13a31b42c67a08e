"""Models with random weights in the layout of the real ones: their sizes, for a bench that needs no download, or other
sizes, for tests.

    python -m parley_workers.musetalk.random_models FOLDER [--seed N]

Values are tame: pictures are neither black nor white, differ from place to place, and change visibly with the sound.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from torch import Tensor, nn

from .convert import OLD_ATTENTION_NAMES, encoder_only, new_attention_names, write_tensors
from .weights import (
    SMALL_DECODER,
    UNET,
    UNET_SETTINGS,
    VAE,
    VAE_SETTINGS,
    WHISPER,
    WHISPER_SETTINGS,
    WHISPER_SOUND,
    WeightFile,
)
from .whisper import Encoder

Settings = dict[str, Any]
Tensors = dict[str, Tensor]

# As published (specification 1.3 and 1.4), widths apart.
UNET_AS_PUBLISHED: Settings = {
    "_class_name": "UNet2DConditionModel",
    "_diffusers_version": "0.6.0.dev0",
    "act_fn": "silu",
    "attention_head_dim": 8,
    "block_out_channels": [320, 640, 1280, 1280],
    "center_input_sample": False,
    "cross_attention_dim": 384,
    "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    "downsample_padding": 1,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "in_channels": 8,
    "layers_per_block": 2,
    "mid_block_scale_factor": 1,
    "norm_eps": 1e-05,
    "norm_num_groups": 32,
    "out_channels": 4,
    "sample_size": 64,
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
}
VAE_AS_PUBLISHED: Settings = {
    "_class_name": "AutoencoderKL",
    "_diffusers_version": "0.4.2",
    "act_fn": "silu",
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "in_channels": 3,
    "latent_channels": 4,
    "layers_per_block": 2,
    "norm_num_groups": 32,
    "out_channels": 3,
    "sample_size": 256,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
}
WHISPER_AS_PUBLISHED: Settings = {
    "activation_function": "gelu",
    "architectures": ["WhisperForConditionalGeneration"],
    "d_model": 384,
    "decoder_attention_heads": 6,
    "decoder_ffn_dim": 1536,
    "decoder_layers": 4,
    "encoder_attention_heads": 6,
    "encoder_ffn_dim": 1536,
    "encoder_layers": 4,
    "max_source_positions": 1500,
    "model_type": "whisper",
    "num_mel_bins": 80,
    "scale_embedding": False,
}
# Nothing of the worker reads it; the public reference does.
SOUND_AS_PUBLISHED: Settings = {
    "chunk_length": 30,
    "feature_extractor_type": "WhisperFeatureExtractor",
    "feature_size": 80,
    "hop_length": 160,
    "n_fft": 400,
    "n_samples": 480000,
    "nb_max_frames": 3000,
    "padding_side": "right",
    "padding_value": 0.0,
    "processor_class": "WhisperProcessor",
    "return_attention_mask": False,
    "sampling_rate": 16000,
}


@dataclass(frozen=True)
class Size:
    unet: Settings
    vae: Settings
    whisper: Settings


FULL = Size(unet={}, vae={}, whisper={})

# Of the two convolutions of sound, against 1 that keeps the variance: its half-rectified values would lose most of it.
LOUDNESS = 3.0
# Of the table of sines, against 1 in the original. Random layers cannot tell the place of a token in its window from
# what was said there: with 1, a window that begins 0.4 s later changed pictures more than other words did.
POSITIONS = 0.02
# Of a random last convolution; brings the standard deviation of the pictures to about 0.2.
CONTRAST = 1.2


def make_full_size(folder: Path, seed: int = 0) -> None:
    """The true sizes, 1.9 GB as safetensors in 16 bits; no pickles."""
    picks = {UNET: dict, VAE: new_attention_names, WHISPER: encoder_only}
    for file, tensors in published(folder, FULL, seed, torch.float16):
        write_tensors(picks[file](tensors), folder / file.converted)
    make_small_decoder(folder, seed)


def make_small_decoder(folder: Path, seed: int = 0) -> None:
    (folder / SMALL_DECODER.local).parent.mkdir(parents=True, exist_ok=True)
    chance = torch.Generator().manual_seed(seed)
    write_tensors(_random(AutoencoderTiny, chance, torch.float16), folder / SMALL_DECODER.local)


def published(folder: Path, size: Size, seed: int, dtype: torch.dtype) -> Iterator[tuple[WeightFile, Tensors]]:
    """Writes the settings; gives the weights by the names that they are published with, one model after the other."""
    unet, vae = UNET_AS_PUBLISHED | size.unet, VAE_AS_PUBLISHED | size.vae
    whisper = WHISPER_AS_PUBLISHED | size.whisper
    settings = {UNET_SETTINGS: unet, VAE_SETTINGS: vae, WHISPER_SETTINGS: whisper, WHISPER_SOUND: SOUND_AS_PUBLISHED}
    for file, content in settings.items():
        (folder / file.local).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.local).write_text(json.dumps(content, indent=2), encoding="utf-8")
    chance = torch.Generator().manual_seed(seed)
    yield UNET, _unet(unet, chance, dtype)
    yield VAE, _vae(vae, chance, dtype)
    yield WHISPER, _whisper(whisper, chance, dtype)


def _unet(settings: Settings, chance: torch.Generator, dtype: torch.dtype) -> Tensors:
    return _random(lambda: UNet2DConditionModel(**_plain(settings)), chance, dtype)


def _vae(settings: Settings, chance: torch.Generator, dtype: torch.dtype) -> Tensors:
    tensors = _random(lambda: AutoencoderKL(**_plain(settings)), chance, dtype)
    tensors["decoder.conv_out.weight"] *= CONTRAST
    old_names = {new: old for old, new in OLD_ATTENTION_NAMES.items()}
    for new, old in old_names.items():
        for name in [name for name in tensors if f".attentions.0.{new}." in name]:
            tensors[name.replace(f".{new}.", f".{old}.")] = tensors.pop(name)
    return tensors


def _whisper(settings: Settings, chance: torch.Generator, dtype: torch.dtype) -> Tensors:
    width, positions = settings["d_model"], settings["max_source_positions"]
    layers, heads, inner = (settings[f"encoder_{name}"] for name in ("layers", "attention_heads", "ffn_dim"))
    tensors = _random(lambda: Encoder(width, layers, heads, inner, positions), chance, dtype)
    for name in ("conv1.weight", "conv2.weight"):
        tensors[name] *= LOUDNESS
    rates = torch.exp(torch.arange(width // 2) * (-math.log(10_000) / (width // 2 - 1)))
    angles = torch.arange(positions)[:, None] * rates
    tensors["embed_positions.weight"] = (torch.cat([angles.sin(), angles.cos()], dim=1) * POSITIONS).to(dtype)
    published = {f"model.encoder.{name}": tensor for name, tensor in tensors.items()}
    # Stands for the decoder, which is in the published file and of no use here.
    return published | {"model.decoder.layer_norm.weight": torch.ones(width, dtype=dtype)}


def _random(build: Callable[[], nn.Module], chance: torch.Generator, dtype: torch.dtype) -> Tensors:
    """Variance is kept from layer to layer: by the square root of the inputs that a value is the sum of."""
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in build().state_dict().items()}
    return {name: _values(name, shape, chance).to(dtype) for name, shape in shapes.items()}


def _values(name: str, shape: torch.Size, chance: torch.Generator) -> Tensor:
    if name.endswith(".bias"):
        return torch.randn(shape, generator=chance) * 0.05
    if len(shape) == 1:
        return 1.0 + torch.randn(shape, generator=chance) * 0.05
    return torch.randn(shape, generator=chance) / math.sqrt(shape[1:].numel())


def _plain(settings: Settings) -> Settings:
    return {name: value for name, value in settings.items() if not name.startswith("_")}


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes models of the true sizes with random weights into FOLDER.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    choice = parser.parse_args()
    make_full_size(choice.folder, choice.seed)


if __name__ == "__main__":
    main()
