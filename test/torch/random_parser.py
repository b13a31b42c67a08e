"""A face parser with random weights, by the names and in the shapes of the published one, with the two outputs of its
training and the counts of batches that nothing here reads.

    python test/torch/random_parser.py FILE.pth
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from parley_workers.musetalk.prepare.parsing_model import CLASSES, ParsingModel
from torch import Tensor


def tensors(seed: int = 0) -> dict[str, Tensor]:
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in ParsingModel().state_dict().items()}
    for head in ("conv_out16", "conv_out32"):
        shapes[f"{head}.conv.conv.weight"] = torch.Size((64, 128, 3, 3))
        shapes |= {f"{head}.conv.bn.{part}": torch.Size((64,)) for part in _NORM}
        shapes[f"{head}.conv_out.weight"] = torch.Size((CLASSES, 64, 1, 1))
    random = torch.Generator().manual_seed(seed)
    found = {name: _random(name, shape, random) for name, shape in shapes.items()}
    counts = {name.replace("running_var", "num_batches_tracked") for name in found if name.endswith("running_var")}
    return {**found, **{name: torch.tensor(80_000) for name in counts}}


_NORM = ("weight", "bias", "running_mean", "running_var")


def _random(name: str, shape: torch.Size, random: torch.Generator) -> Tensor:
    """Every value of a norm differs from what it would do nothing with, so that none can be forgotten."""
    values = torch.randn(shape, generator=random)
    if len(shape) == 4:
        return values * (2 / shape[1:].numel()) ** 0.5
    return (0.2 * values).exp() if name.endswith(("weight", "running_var")) else 0.2 * values


if __name__ == "__main__":
    torch.save(tensors(), Path(sys.argv[1]))
