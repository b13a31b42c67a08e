"""Kokoro in the published layout for torch (config.json, *.pth, voices/*.pt), with random weights: it hums and
hisses, but through every kind of layer of the real model. Shallow, and otherwise as wide as the package makes it (47 M).
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import torch
from kokoro import KModel

PHONEMES = ';:,.!?—…"() abdefhijklmnopstuvwzæðŋɐɑɔəɚɛɡɪɹʃʊʌʒʤʧˈˌːθAIOWYᵊᵻTɾ'
VOICES = ("af_heart", "bm_george")


def make(folder: Path) -> Path:
    torch.manual_seed(7)
    (folder / "voices").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(_config()), encoding="utf-8")
    for number, name in enumerate(VOICES):
        torch.save(torch.randn(510, 1, 256) * 0.2 + number, folder / "voices" / f"{name}.pt")
    weights = folder / "kokoro-v1_0.pth"
    # A model that has been told nothing is one with random weights, which are then saved as the published ones are.
    torch.save({}, weights)
    model = KModel(repo_id="hexgrad/Kokoro-82M", config=str(folder / "config.json"), model=str(weights))
    _pace(model)
    parts = ("bert", "bert_encoder", "predictor", "text_encoder", "decoder")
    torch.save({part: getattr(model, part).state_dict() for part in parts}, weights)
    return folder


def _config() -> dict[str, object]:
    vocab = {phoneme: number for number, phoneme in enumerate(dict.fromkeys(PHONEMES), start=1)}
    return {
        "istftnet": {
            "upsample_kernel_sizes": [20, 12],
            "upsample_rates": [10, 6],
            "gen_istft_hop_size": 5,
            "gen_istft_n_fft": 20,
            "resblock_dilation_sizes": [[1, 3, 5]],
            "resblock_kernel_sizes": [3],
            "upsample_initial_channel": 512,
        },
        "dim_in": 16,
        "dropout": 0.2,
        "hidden_dim": 512,
        "max_conv_dim": 512,
        "max_dur": 50,
        "multispeaker": True,
        "n_layer": 1,
        "n_mels": 80,
        "n_token": len(vocab) + 1,
        "style_dim": 128,
        "text_encoder_kernel_size": 5,
        "plbert": {
            "hidden_size": 32,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            "max_position_embeddings": 512,
            "num_hidden_layers": 1,
            "dropout": 0.1,
        },
        "vocab": vocab,
    }


def _pace(model: KModel) -> None:
    """About three frames of 25 ms for each phoneme, as in speech: random weights would take 25."""
    with torch.no_grad():
        layer = model.predictor.duration_proj.linear_layer
        layer.weight.mul_(0.01)
        layer.bias.fill_(math.log(3 / 47))
