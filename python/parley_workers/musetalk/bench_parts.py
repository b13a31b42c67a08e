"""What the chip can do, how much work a picture is, and what each part of it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from .device import using
from .jpeg import encode_rgb
from .overlay import overlay
from .strokes import blank, heard, recorded
from .studio import Studio

# Of square matrices for the chip's own rate: large enough for any GPU, and a third of a second for a CPU.
_SIDE = {"cuda": 8192, "cpu": 1024}
_REPEATS = {"cuda": 20, "cpu": 2}
MODELS = ("encoder", "unet", "decoder")
PARTS = (*MODELS, "overlay", "copy", "jpeg")


@dataclass(frozen=True)
class Part:
    run: Callable[..., Any]
    inputs: tuple[Tensor, ...]


@torch.inference_mode()
def matrix_rate(studio: Studio) -> float:
    """FLOP/s of one large product in the models' precision: what their own share is counted against."""
    device, dtype = studio.device, studio.warm.models.dtype
    side = _SIDE[device.type]
    left, right = (torch.randn((side, side), device=device, dtype=dtype) for _ in range(2))
    return 2 * side**3 / seconds_of(lambda: left @ right, device)


@torch.inference_mode()
def work(studio: Studio) -> dict[str, int]:
    """FLOP a picture, counted on the models themselves."""
    found = {}
    for name, part in _models(studio, 1).items():
        with FlopCounterMode(display=False) as counter:
            part.run(*part.inputs)
        found[name] = counter.get_total_flops()
    return found


@torch.inference_mode()
def milliseconds(studio: Studio, size: int) -> dict[str, float]:
    """Of each part for a batch, each recorded by itself if the worker records."""
    device = studio.device
    found = {}
    with using(device):
        for name, part in _models(studio, size).items():
            # A pool of its own for each: all of it is free again when the part has been timed.
            run = recorded(part.run, part.inputs, torch.cuda.graph_pool_handle()) if device.type == "cuda" else part.run
            inputs = tuple(tensor.clone() for tensor in part.inputs)
            found[name] = seconds_of(lambda: run(*inputs), device) * 1000  # noqa: B023 - called at once.
        return found | _afterwards(studio, size)


def _models(studio: Studio, size: int) -> dict[str, Part]:
    models, decoder = studio.warm.models, studio.warm.decoder
    windows, latents, *known = blank(models, decoder, size)
    audio = heard(models.encoder, windows)
    return {
        "encoder": Part(lambda windows: heard(models.encoder, windows), (windows,)),
        "unet": Part(models.unet, (latents, audio)),
        "decoder": Part(decoder.decode, (models.unet(latents, audio), *known)),
    }


def _afterwards(studio: Studio, size: int) -> dict[str, float]:
    device, on = studio.device, studio.face.on_device
    rows = torch.arange(size, device=device) % len(on.boxes)
    drawn = torch.rand((size, 3, 256, 256), device=device) * 255
    motion = torch.ones(size, device=device)

    def lay_over() -> Tensor:
        return overlay(drawn, on.masks[rows], on.under[rows], on.boxes[rows], motion)

    patches = lay_over()
    host = torch.empty(patches.shape, dtype=torch.uint8, pin_memory=device.type == "cuda")
    host.copy_(patches)
    return {
        "overlay": seconds_of(lay_over, device) * 1000,
        "copy": seconds_of(lambda: host.copy_(patches, non_blocking=True), device) * 1000,
        # One after the other; the worker has four threads for it.
        "jpeg": _wall(lambda: [encode_rgb(patch, studio.face.quality) for patch in host.numpy()], 3) * 1000,
    }


def seconds_of(run: Callable[[], Any], device: torch.device) -> float:
    """On average, after a first run that does not count."""
    run()
    repeats = _REPEATS[device.type]
    if device.type != "cuda":
        return _wall(run, repeats)
    with using(device):
        began, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        began.record()
        for _ in range(repeats):
            run()
        ended.record()
        ended.synchronize()
        return began.elapsed_time(ended) / 1000 / repeats


def _wall(run: Callable[[], Any], repeats: int) -> float:
    began = time.perf_counter()
    for _ in range(repeats):
        run()
    return (time.perf_counter() - began) / repeats
