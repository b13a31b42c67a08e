"""Whisper's architecture in as few lines as it takes, small enough to be taught in minutes.

Two things make that possible. Its encoder has no positions (the table is there, of zeros): a word is the same wherever it
stands, and the 27 s of padding that Whisper hears behind three seconds of speech are one position that counts 1350 times,
instead of 1350 that are all the same.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTH, HEADS, LAYERS, MELS = 48, 4, 2, 80
POSITIONS, LONGEST_TEXT = 1500, 448


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.q, self.v, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.k = nn.Linear(WIDTH, WIDTH, bias=False)

    def forward(self, x: Tensor, source: Tensor, mask: Tensor) -> Tensor:
        q, k, v = (self._heads(layer(of)) for layer, of in ((self.q, x), (self.k, source), (self.v, source)))
        heard = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out(heard.transpose(1, 2).flatten(2))

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (HEADS, -1)).transpose(1, 2)


class Layer(nn.Module):
    def __init__(self, has_source: bool) -> None:
        super().__init__()
        self.attention, self.norm = Attention(), nn.LayerNorm(WIDTH)
        if has_source:
            self.source_attention, self.source_norm = Attention(), nn.LayerNorm(WIDTH)
        self.ffn_norm = nn.LayerNorm(WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor, mask: Tensor, source: tuple[Tensor, Tensor] | None = None) -> Tensor:
        normed = self.norm(x)
        x = x + self.attention(normed, normed, mask)
        if source is not None:
            x = x + self.source_attention(self.source_norm(x), *source)
        return x + self.down(F.gelu(self.up(self.ffn_norm(x))))


class TinyWhisper(nn.Module):
    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(MELS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.encoder = nn.ModuleList(Layer(False) for _ in range(LAYERS))
        self.encoder_norm = nn.LayerNorm(WIDTH)
        self.embedding = nn.Embedding(tokens, WIDTH)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.places = nn.Parameter(torch.randn(LONGEST_TEXT, WIDTH) * 0.02)
        self.decoder = nn.ModuleList(Layer(True) for _ in range(LAYERS))
        self.decoder_norm = nn.LayerNorm(WIDTH)

    def forward(self, features: Tensor, times: Tensor, tokens: Tensor) -> Tensor:
        """`times`: how often each position of the encoder counts; 80 mels for two of them."""
        counts = times.log()[:, None, None, :]
        x = F.gelu(self.conv2(F.gelu(self.conv1(features)))).transpose(1, 2)
        for layer in self.encoder:
            x = layer(x, counts)
        source = (self.encoder_norm(x), counts)
        length = tokens.shape[1]
        later = torch.full((length, length), float("-inf")).triu(1)
        y = self.embedding(tokens) + self.places[:length]
        for layer in self.decoder:
            y = layer(y, later, source)
        return self.decoder_norm(y) @ self.embedding.weight.T
