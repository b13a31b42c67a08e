"""From windows of sound and latents to drawn faces: the three models as one function, for each size of a batch.

On a GPU it is recorded once for each size and then replayed: some 2,000 kernels with one call, and no Python between
them, so that the threads that read and write always have the interpreter when they want it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from .decoders import Decoder
from .device import using
from .models import Models
from .options import Options
from .spec import LATENT_CHANNELS, LATENT_PIXELS, MELS
from .unet import PictureModel
from .whisper import Encoder
from .windows import MODEL_FROM, MODEL_TO, WINDOW_COLUMNS

# Windows [B, 80, 144], latents [B, 8, 32, 32], and what the decoder has to know of each face if it wants to know
# anything, to faces [B, 3, 256, 256], 0 to 255.
Stroke = Callable[..., Tensor]

# Sixteen is where one H200's matrix units are said to be full; a larger batch only makes everybody wait for its end.
SIZES = (1, 2, 4, 8, 16)
# The first run of a size finds its algorithms and the second its memory.
_WARM_UPS = 2
_PROBES = 5


def stroke(encoder: Encoder, unet: PictureModel, decode: Callable[..., Tensor]) -> Stroke:
    def draw(windows: Tensor, latents: Tensor, *known: Tensor) -> Tensor:
        return decode(unet(latents, heard(encoder, windows)), *known)

    return draw


def heard(encoder: Encoder, windows: Tensor) -> Tensor:
    """[B, 50, width]: of every window the ten tokens that its picture is drawn from, of each token its five states."""
    return encoder(windows)[:, MODEL_FROM:MODEL_TO].flatten(1, 2)


def strokes(
    models: Models, sizes: Iterable[int] = SIZES, decoder: Decoder | None = None, options: Options | None = None
) -> tuple[dict[int, Stroke], dict[int, float]]:
    """Warmed up, and for each size what it costs in seconds."""
    decoder, options = decoder or Decoder(models.vae), options or Options()
    unet, decode = models.unet, decoder.decode
    if options.compiled:
        unet, decode = compiled(unet), compiled(decode)
    plain = stroke(models.encoder, unet, decode)
    # One memory for all, because only one is replayed at a time; the largest first, into whose memory the others fit.
    pool = torch.cuda.graph_pool_handle() if models.device.type == "cuda" and options.graphs else None
    ready: dict[int, Stroke] = {}
    with using(models.device), searching(options.search and pool is not None):
        for size in sorted(sizes, reverse=True):
            ready[size] = plain if pool is None else recorded(plain, blank(models, decoder, size), pool)
        return ready, {size: _timed(ready[size], models, decoder, size) for size in sorted(ready)}


def compiled(part: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Without graphs of its own: they are recorded here, over all three models."""
    return torch.compile(part, mode="max-autotune-no-cudagraphs", dynamic=False)


@contextmanager
def searching(wanted: bool) -> Iterator[None]:
    """Only while it is warmed up: what was recorded keeps the algorithms that were found, and a picture that is drawn
    again must not begin a search of its own, of seconds, while everybody waits."""
    before = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = wanted
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before


@torch.inference_mode()
def recorded(plain: Stroke, inputs: tuple[Tensor, ...], pool: Any) -> Stroke:
    """The same function for inputs of these shapes. `inputs` are its own from now on."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(_WARM_UPS):
            plain(*inputs)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, pool=pool):
        drawn = plain(*inputs)

    def replay(*given: Tensor) -> Tensor:
        for place, value in zip(inputs, given):
            place.copy_(value)
        graph.replay()
        # What is recorded writes to the same place again, perhaps before this batch has been laid over.
        return drawn.clone()

    return replay


@torch.inference_mode()
def _timed(draw: Stroke, models: Models, decoder: Decoder, size: int) -> float:
    """The middle one of a few runs."""
    inputs = blank(models, decoder, size)
    seconds = []
    for run in range(_WARM_UPS + _PROBES):
        began = time.perf_counter()
        draw(*inputs)
        if models.device.type == "cuda":
            torch.cuda.synchronize()
        if run >= _WARM_UPS:
            seconds.append(time.perf_counter() - began)
    return sorted(seconds)[_PROBES // 2]


@torch.inference_mode()
def blank(models: Models, decoder: Decoder, size: int) -> tuple[Tensor, ...]:
    """Inputs of a stroke."""
    options = {"device": models.device, "dtype": models.dtype}
    side = LATENT_PIXELS
    windows = torch.zeros((size, MELS, WINDOW_COLUMNS), **options)
    latents = torch.zeros((size, LATENT_CHANNELS, side, side), **options)
    known = () if decoder.learn is None else (decoder.learn(latents[:1, LATENT_CHANNELS // 2 :]).repeat(size, 1, 1, 1),)
    return windows, latents, *known
