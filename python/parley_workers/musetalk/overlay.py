"""compose.py's rule for many pictures at once, on whatever device they are."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name.
from torch import Tensor


def overlay(drawn: Tensor, masks: Tensor, under: Tensor, boxes: Tensor, motion: Tensor) -> Tensor:
    """Patches, uint8 [n, height, width, 3].

    `drawn` [n, 3, 256, 256], 0 to 255; `masks` [n, 128, 128] uint8; `under` [n, height, width, 3] uint8, the base
    picture below the patch; `boxes` [n, 4], left, top, right, bottom of the face counted from the patch's corner;
    `motion` [n].
    """
    height, width = under.shape[1:3]
    grid = _grid(boxes, height, width)
    seen = _sampled(drawn.float().clamp(0, 255).round(), grid)
    inside = (grid.abs() <= 1).all(dim=-1)
    alpha = _sampled(masks[:, None].float(), grid)[:, 0] * inside * (motion / 255)[:, None, None]
    base = under.float()
    mixed = base + (seen.permute(0, 2, 3, 1) - base) * alpha[..., None]
    return mixed.round().clamp(0, 255).to(torch.uint8)


def _grid(boxes: Tensor, height: int, width: int) -> Tensor:
    """[n, height, width, 2]: for each pixel of the patch its place in the box, from -1 to 1."""
    x = _places(boxes[:, 0], boxes[:, 2], width)
    y = _places(boxes[:, 1], boxes[:, 3], height)
    across = x[:, None, :].expand(-1, height, -1)
    down = y[:, :, None].expand(-1, -1, width)
    return torch.stack([across, down], dim=-1)


def _places(low: Tensor, high: Tensor, count: int) -> Tensor:
    at = torch.arange(count, device=low.device, dtype=torch.float32) + 0.5
    return 2 * (at - low[:, None]) / (high - low)[:, None] - 1


def _sampled(square: Tensor, grid: Tensor) -> Tensor:
    """Beyond the box its rim goes on, as in compose.py."""
    return F.grid_sample(square, grid, mode="bilinear", padding_mode="border", align_corners=False)
