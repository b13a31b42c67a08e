"""Whisper's encoder for windows of any length: from a log-mel spectrogram to the five states of every 20 ms token.

The names of the parameters are those of the published weights. Written out because the usual implementation insists on
30 s of sound: 36.9 GFLOP for a window that needs 0.8.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .loading import load_module
from .spec import MELS


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"a width of {width} cannot be divided among {heads} heads")
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        # A bias on the keys would move all scores of a query alike, which the softmax takes out again: there is none.
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        query, key, value = (
            part(tokens).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.q_proj, self.k_proj, self.v_proj)
        )
        mixed = F.scaled_dot_product_attention(query, key, value)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.self_attn = Attention(width, heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.self_attn(self.self_attn_layer_norm(tokens))
        return tokens + self.fc2(F.gelu(self.fc1(self.final_layer_norm(tokens))))


class Encoder(nn.Module):
    def __init__(self, width: int, layers: int, heads: int, inner: int, positions: int) -> None:
        super().__init__()
        self.width = width
        self.conv1 = nn.Conv1d(MELS, width, kernel_size=3, padding=1)
        self.conv2 = nn.Conv1d(width, width, kernel_size=3, stride=2, padding=1)
        self.embed_positions = nn.Embedding(positions, width)
        self.layers = nn.ModuleList(Layer(width, heads, inner) for _ in range(layers))
        self.layer_norm = nn.LayerNorm(width)

    @property
    def states(self) -> int:
        return len(self.layers) + 1

    def forward(self, mel: Tensor) -> Tensor:
        """[B, 80, 2T] -> [B, T, states, width]: before the layers, after each but the last, after the final norm."""
        tokens = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2)
        # The table begins anew with every window, however late in the speech it is.
        tokens = tokens + self.embed_positions.weight[: tokens.shape[1]]
        states = [tokens]
        for layer in self.layers:
            tokens = layer(tokens)
            states.append(tokens)
        states[-1] = self.layer_norm(tokens)
        return torch.stack(states, dim=2)


def load_encoder(settings_file: Path, tensors_file: Path) -> Encoder:
    return load_module(_build, settings_file, tensors_file)


def _build(settings: dict[str, Any]) -> Encoder:
    if settings["num_mel_bins"] != MELS:
        raise ValueError(f"num_mel_bins is {settings['num_mel_bins']}, not {MELS}")
    return Encoder(
        width=settings["d_model"],
        layers=settings["encoder_layers"],
        heads=settings["encoder_attention_heads"],
        inner=settings["encoder_ffn_dim"],
        positions=settings["max_source_positions"],
    )
