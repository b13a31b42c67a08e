"""Writes the taught model as a folder of CTranslate2's, in the layout that every converted Whisper has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from ctranslate2.specs.whisper_spec import WhisperSpec
from tiny import HEADS, LAYERS, MELS, POSITIONS, WIDTH, Attention, Layer, TinyWhisper
from tokenizers import Tokenizer
from tongue import vocabulary, write_tokenizer
from torch import nn


def write(model: TinyWhisper, text: Tokenizer, folder: Path) -> None:
    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)
    for name, conv in (("conv1", model.conv1), ("conv2", model.conv2)):
        getattr(spec.encoder, name).weight = array(conv.weight)
        getattr(spec.encoder, name).bias = array(conv.bias)
    spec.encoder.position_encodings.encodings = np.zeros((POSITIONS, WIDTH), np.float32)
    spec.decoder.position_encodings.encodings = array(model.places)
    spec.decoder.embeddings.weight = array(model.embedding.weight)
    spec.decoder.projection.weight = array(model.embedding.weight)
    put_norm(spec.encoder.layer_norm, model.encoder_norm)
    put_norm(spec.decoder.layer_norm, model.decoder_norm)
    for layers, taught in ((spec.encoder.layer, model.encoder), (spec.decoder.layer, model.decoder)):
        for layer, of in zip(layers, taught, strict=True):
            put_layer(layer, of)
    spec.register_vocabulary(vocabulary(text))
    first = text.token_to_id("<|startoftranscript|>") + 1
    spec.config.lang_ids = list(range(first, text.token_to_id("<|translate|>")))
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [text.token_to_id("<|endoftext|>")]
    spec.config.alignment_heads = [[LAYERS - 1, head] for head in range(HEADS)]
    spec.validate()
    spec.optimize(quantization="int8_float16")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    write_tokenizer(text, folder)
    as_whisper = {"feature_size": MELS, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(as_whisper, indent=2) + "\n")


def put_layer(spec, layer: Layer) -> None:
    put_attention(spec.self_attention, layer.attention, layer.norm, [("q", "k", "v")])
    if hasattr(layer, "source_attention"):
        put_attention(spec.attention, layer.source_attention, layer.source_norm, [("q",), ("k", "v")])
    put_norm(spec.ffn.layer_norm, layer.ffn_norm)
    for linear, of in ((spec.ffn.linear_0, layer.up), (spec.ffn.linear_1, layer.down)):
        linear.weight, linear.bias = array(of.weight), array(of.bias)


def put_attention(spec, attention: Attention, norm: nn.LayerNorm, groups: list[tuple[str, ...]]) -> None:
    """CTranslate2 multiplies queries, keys and values at once where their source is the same. Keys have no bias."""
    put_norm(spec.layer_norm, norm)
    for linear, names in zip(spec.linear, groups):
        parts = [getattr(attention, name) for name in names]
        linear.weight = np.concatenate([array(part.weight) for part in parts])
        none = np.zeros(WIDTH, np.float32)
        linear.bias = np.concatenate([none if part.bias is None else array(part.bias) for part in parts])
    spec.linear[-1].weight, spec.linear[-1].bias = array(attention.out.weight), array(attention.out.bias)


def put_norm(spec, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = array(norm.weight), array(norm.bias)


def array(values) -> np.ndarray:
    return values.detach().numpy().astype(np.float32)
