"""The picture model: latents of a face with its lower half hidden, and ten tokens of sound, to latents of the whole.

One pass, always at timestep 0: what the timestep adds to each residual block is a constant and becomes part of a bias
when the model is loaded, as does the positional code of the sound.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import UNet2DConditionModel
from diffusers.models.resnet import ResnetBlock2D
from torch import Tensor, nn

from .loading import load_module
from .spec import AUDIO_TOKENS, LATENT_CHANNELS


class PictureModel(nn.Module):
    def __init__(self, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.audio_width: int = unet.config.cross_attention_dim
        _fold_timestep(unet)
        self.conv_in = unet.conv_in
        self.down_blocks = unet.down_blocks
        self.mid_block = unet.mid_block
        self.up_blocks = unet.up_blocks
        self.conv_norm_out = unet.conv_norm_out
        self.conv_out = unet.conv_out
        self.register_buffer("positions", positional_code(AUDIO_TOKENS, self.audio_width), persistent=False)

    def forward(self, latents: Tensor, audio: Tensor) -> Tensor:
        """[B, 8, 32, 32] and [B, 50, width] -> [B, 4, 32, 32]."""
        audio = audio + self.positions
        x = self.conv_in(latents)
        skips = [x]
        for block in self.down_blocks:
            x, outputs = block(x, temb=None, **_heard(block, audio))
            skips.extend(outputs)
        x = self.mid_block(x, temb=None, **_heard(self.mid_block, audio))
        for block in self.up_blocks:
            count = len(block.resnets)
            x = block(x, res_hidden_states_tuple=tuple(skips[-count:]), temb=None, **_heard(block, audio))
            del skips[-count:]
        return self.conv_out(F.silu(self.conv_norm_out(x)))


def load_unet(settings_file: Path, tensors_file: Path) -> PictureModel:
    return PictureModel(load_module(_build, settings_file, tensors_file)).eval().requires_grad_(False)


def positional_code(tokens: int, width: int) -> Tensor:
    """Sines in the even columns, cosines in the odd ones, wavelengths up to 10,000 tokens times 2 pi."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    angles = torch.arange(tokens)[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


def _build(settings: dict[str, Any]) -> UNet2DConditionModel:
    if settings["in_channels"] != LATENT_CHANNELS:
        raise ValueError(f"in_channels is {settings['in_channels']}, not {LATENT_CHANNELS}")
    unet = UNet2DConditionModel(**settings)
    # What the walk above leaves out. The published model has none of it.
    plain = not (unet.config.center_input_sample or unet.class_embedding or unet.time_embed_act)
    if not plain or unet.config.resnet_time_scale_shift != "default":
        raise ValueError("it wants more than latents and sound, or does more with the timestep than to add it")
    return unet


def _heard(block: nn.Module, audio: Tensor) -> dict[str, Tensor]:
    """The outermost blocks of either path, where pictures are smallest, do not listen."""
    return {"encoder_hidden_states": audio} if getattr(block, "has_cross_attention", False) else {}


@torch.no_grad()
def _fold_timestep(unet: UNet2DConditionModel) -> None:
    """In 32 bits whatever the file has: once rounded, the sum would be off in every picture."""
    time = unet.time_proj(torch.zeros(1, dtype=torch.long))
    embedding = unet.time_embedding.float()(time.float())
    for module in unet.modules():
        if not isinstance(module, ResnetBlock2D):
            continue
        added = module.time_emb_proj.float()(F.silu(embedding))[0]
        module.conv1.bias = nn.Parameter(module.conv1.bias.float() + added, requires_grad=False)
        module.time_emb_proj = None
