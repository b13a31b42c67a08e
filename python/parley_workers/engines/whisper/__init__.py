"""Whisper on this machine, by faster-whisper: hears whatever is said, in the languages of its model (docs/hearing.md)."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from ...engine import Engine
from ...needing import needing
from .options import read_options

# Utterances that are decoded at the same time: an utterance by itself took 1.8 s with two threads, 2.7 s with one.
PLACES = 1
# Half a minute of sound takes a large model on a slow CPU most of that; whatever takes longer never ends.
HANGS_S = 180.0
# The thread that reads the wire gets the interpreter so often: pings wait for it.
SWITCH_S = 0.001


@needing("whisper", "npm run setup:local whisper")
def load(settings: dict[str, Any]) -> Engine:
    options = read_options(settings)
    # Models are fetched by the set-up, never by an engine.
    os.environ["HF_HUB_OFFLINE"] = "1"
    sys.setswitchinterval(SWITCH_S)
    from .desk import Desk
    from .listen import listening
    from .measures import Measures
    from .model import started, whisper_loader

    began = time.monotonic()
    loader = whisper_loader(options, PLACES)
    model = started(options, loader, _has_gpu())
    desk, measures = Desk(PLACES), Measures(PLACES)
    info = {
        "device": model.device,
        "compute": model.compute,
        "languages": len(model.languages),
        "isMultilingual": len(model.languages) > 1,
        "places": PLACES,
        "warmMs": round((time.monotonic() - began) * 1000),
    }

    def stats() -> dict[str, float]:
        return {**measures.values(), "waiting": desk.waiting, "on_cpu": float(model.on_cpu)}

    methods = {"listen": listening(model, desk, measures)}
    return Engine(methods, info, stats, hung=lambda: desk.hung(HANGS_S))


def _has_gpu() -> bool:
    import ctranslate2

    return ctranslate2.get_cuda_device_count() > 0
