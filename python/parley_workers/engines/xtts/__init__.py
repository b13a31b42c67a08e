"""XTTS v2: a voice that learns another one from a few seconds of speech, for a GPU. Its weights are under a licence of
their own, non-commercial, so it is off until somebody says that he has agreed (docs/voices.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ...engine import Context, Engine, SettingsError
from ...needing import needing
from ...telling import warn

# No voice may wait for a hub that nobody reaches, nor take what nobody asked for.
os.environ["HF_HUB_OFFLINE"] = "1"

# Who waits longer than this for the others' clauses has been let down already.
MOST_WAIT_S = 20.0
# A clause is 28 s of sound at most. A GPU takes less than that, a CPU twelve times as long; beyond that it hangs.
HANGS_S = 120.0
HANGS_ON_CPU_S = 900.0
WARM_UP = "Good morning."


@needing("coqui", "npm run setup:local coqui")
def load(settings: dict[str, Any]) -> Engine:
    engine, warm = cold(settings)
    warm()
    return engine


def cold(settings: dict[str, Any]) -> tuple[Engine, Callable[[], None]]:
    """The engine, and its warm-up: for one text alone that would only cost time."""
    from .options import read_options

    options = read_options(settings)
    from ...places import Places
    from ...speech.device import Movable, torch_device
    from ...speech.measures import Measures
    from ...speech.speak import speaking
    from .files import find_files
    from .learn import keeping, learning
    from .model import load_model, read_speakers
    from .reading import reading
    from .speaker import Xtts
    from .voices import Voices

    files = find_files(options.model)
    text = reading(files, options.language)
    speakers = read_speakers(files)
    if options.voice is not None and options.voice not in speakers:
        raise SettingsError(f'COQUI_VOICE: there is no speaker "{options.voice}"; there are {", ".join(speakers)}')
    voices = Voices(speakers)
    movable = Movable(lambda device: load_model(files, device, options), torch_device(options.device), tell)
    measures = Measures()
    places = Places([movable], MOST_WAIT_S, "tts_failed", "voices")
    xtts = Xtts(places, voices, text, measures)
    engine = Engine(
        methods={
            "speak": speaking(xtts, measures),
            "learn": learning(places, voices),
            "keep": keeping(voices),
        },
        info={
            "voices": voices.names,
            "language": options.language,
            "device": movable.device,
            "pid": os.getpid(),
        },
        stats=lambda: {
            **measures.values(),
            "waiting": places.waiting,
            "on_cpu": float(movable.device == "cpu"),
            "voices_kept": voices.kept,
        },
        hung=lambda: places.hung(HANGS_ON_CPU_S if movable.device == "cpu" else HANGS_S),
    )
    return engine, lambda: warm_up(xtts, voices.names[0])


def warm_up(xtts: Any, voice: str) -> None:
    """The first clause of a process takes longer than the later ones: nobody should wait for it. Its first piece has
    been through the whole model."""
    import threading

    context = Context(threading.Event(), lambda level, message, fields: None)
    said = xtts.say(WARM_UP, xtts.voice(voice), 1.0, context)
    next(said)
    said.close()


def tell(message: str) -> None:
    warn(f"xtts: {message}")
