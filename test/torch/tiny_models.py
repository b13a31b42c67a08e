"""Tiny models with random weights in the layout of the real ones; random_models.py has those of the true sizes.

    python test/torch/tiny_models.py FOLDER [--full-size] [--seed N]

They have every kind of block that the real ones have, and draw a picture in 30 ms on one slow core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from parley_workers.musetalk.random_models import Size, make_full_size, published

TINY = Size(
    unet={
        "block_out_channels": [8, 8, 16, 16],
        "norm_num_groups": 4,
        "attention_head_dim": 1,
        "cross_attention_dim": 64,
        "layers_per_block": 1,
    },
    vae={"block_out_channels": [4, 4, 8, 8], "norm_num_groups": 2, "layers_per_block": 1},
    whisper={
        "d_model": 64,
        "decoder_attention_heads": 2,
        "decoder_ffn_dim": 128,
        "encoder_attention_heads": 2,
        "encoder_ffn_dim": 128,
    },
)


def make(folder: Path, seed: int = 0) -> None:
    """Tiny models, as pickles in 32 bits, the way the real ones are published."""
    for file, tensors in published(folder, TINY, seed, torch.float32):
        torch.save(tensors, folder / file.local)


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes models with random weights into FOLDER.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--full-size", action="store_true", help="the true sizes, as safetensors in 16 bits (1.9 GB)")
    parser.add_argument("--seed", type=int, default=0)
    choice = parser.parse_args()
    (make_full_size if choice.full_size else make)(choice.folder, choice.seed)


if __name__ == "__main__":
    main()
