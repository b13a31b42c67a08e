"""Models, decoder and strokes as the options want them, warmed up: for the worker, and for whoever measures it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from .decoders import Decoder, open_decoder
from .models import Models, load_models
from .norms import with_plain_norms
from .options import Options
from .strokes import SIZES, Stroke, strokes

# A CPU's batches gain nothing by being larger.
_CPU_SIZES = (1, 2, 4)


class WarmedUp(NamedTuple):
    models: Models
    decoder: Decoder
    strokes: dict[int, Stroke]
    # For each size of a batch, in seconds.
    costs: dict[int, float]


def warmed_up(folder: Path, device: str, precision: str, options: Options) -> WarmedUp:
    models = load_models(folder, device, precision, options.channels_last)
    if options.plain_norms:
        with_plain_norms(models.unet)
        with_plain_norms(models.vae)
    decoder = open_decoder(options, models, folder)
    sizes = options.sizes or (SIZES if models.device.type == "cuda" else _CPU_SIZES)
    return WarmedUp(models, decoder, *strokes(models, sizes, decoder, options))
