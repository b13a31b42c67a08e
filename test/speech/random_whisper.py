"""Whispers with random weights: they understand nothing, but are loaded, prompted and timed as real ones of their size.
Those that know more than English need a vocabulary of 51,866, so they are made where they are needed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ctranslate2.specs import whisper_spec
from faster_whisper.tokenizer import _LANGUAGE_CODES

TEXT_TOKENS, TIMESTAMPS = 50_257, 1501
# All hundred, as large-v3 has them.
LANGUAGES = list(_LANGUAGE_CODES)
SPECIAL = [
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{code}|>" for code in LANGUAGES),
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
]


@dataclass(frozen=True)
class Shape:
    width: int
    layers: int
    heads: int


# As published; `mini` is for tests.
SHAPES = {"mini": Shape(16, 1, 2), "tiny": Shape(384, 4, 6), "base": Shape(512, 6, 8), "small": Shape(768, 12, 12)}


def build(folder: Path, shape: Shape, seed: int = 1) -> Path:
    dice = np.random.default_rng(seed)
    tokens = [f"w{n}" for n in range(TEXT_TOKENS)] + SPECIAL + [f"<|{n * 0.02:.2f}|>" for n in range(TIMESTAMPS)]

    def weights(*size: int) -> np.ndarray:
        return (dice.standard_normal(size, dtype=np.float32) / np.sqrt(size[-1])).astype(np.float32)

    spec = whisper_spec.WhisperSpec(shape.layers, shape.heads, shape.layers, shape.heads)
    width = shape.width
    for conv, inputs in ((spec.encoder.conv1, 80), (spec.encoder.conv2, width)):
        conv.weight, conv.bias = weights(width, inputs, 3), weights(width)
    spec.encoder.position_encodings.encodings = weights(1500, width)
    spec.decoder.position_encodings.encodings = weights(448, width)
    spec.decoder.embeddings.weight = spec.decoder.projection.weight = weights(len(tokens), width)
    for stack in (spec.encoder, spec.decoder):
        _fill_norm(stack.layer_norm, width)
        for layer in stack.layer:
            for attention in (layer.self_attention, getattr(layer, "attention", None)):
                if attention is not None:
                    _fill_attention(attention, width, weights)
            _fill_norm(layer.ffn.layer_norm, width)
            for linear, rows, columns in (
                (layer.ffn.linear_0, 4 * width, width),
                (layer.ffn.linear_1, width, 4 * width),
            ):
                linear.weight, linear.bias = weights(rows, columns), weights(rows)
    spec.register_vocabulary(tokens)
    spec.config.lang_ids = [tokens.index(f"<|{code}|>") for code in LANGUAGES]
    spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.alignment_heads = [], [], [[0, 0]]
    spec.validate()
    spec.optimize(quantization="int8_float16")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    _write_tokenizer(tokens, folder)
    return folder


def _fill_attention(attention, width: int, weights) -> None:
    """Of a layer itself: queries, keys and values at once, then the output. Of the sound: queries; keys and values;
    the output.
    """
    _fill_norm(attention.layer_norm, width)
    rows = [3 * width, width] if len(attention.linear) == 2 else [width, 2 * width, width]
    for linear, count in zip(attention.linear, rows, strict=True):
        linear.weight, linear.bias = weights(count, width), weights(count)


def _fill_norm(norm, width: int) -> None:
    norm.gamma, norm.beta = np.ones(width, np.float32), np.zeros(width, np.float32)


def _write_tokenizer(tokens: list[str], folder: Path) -> None:
    special = set(SPECIAL)
    added = [
        {
            "id": n,
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for n, token in enumerate(tokens)
        if token in special
    ]
    vocab = {token: n for n, token in enumerate(tokens)}
    whole = {
        "version": "1.0",
        "added_tokens": added,
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "w0"},
    }
    (folder / "tokenizer.json").write_text(json.dumps(whole))
