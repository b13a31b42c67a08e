"""Kokoro: a small voice that runs on a CPU in less time than it speaks, and on any GPU at once (docs/voices.md)."""

from __future__ import annotations

import os
import threading
from typing import Any

from ...engine import Context, Engine, SettingsError, WorkerError
from ...needing import needing
from ...telling import warn
from .files import MEND

# No voice may wait for a hub that nobody reaches, nor take what nobody asked for.
os.environ["HF_HUB_OFFLINE"] = "1"

# Who waits longer than this for the others' clauses has been let down already.
MOST_WAIT_S = 20.0
# No clause takes that long, on whatever machine: the library hangs.
HANGS_S = 60.0
WARM_UP = "Good morning. Shall I show you where the meeting is?"


@needing("kokoro", "npm run setup:local kokoro")
def load(settings: dict[str, Any]) -> Engine:
    from ...places import Places
    from ...speech.device import Movable, torch_device
    from ...speech.measures import Measures
    from ...speech.speak import speaking
    from .files import OnnxFiles, find_files
    from .g2p import Phonemes
    from .model import Model, on_onnx, on_torch, onnx_voices, torch_voices
    from .options import read_options
    from .speaker import Kokoro
    from .voices import Voices

    options = read_options(settings)
    files = find_files(options.model, prefers_torch=options.device not in ("cpu", "auto"))

    def make(device: str) -> Model:
        if isinstance(files, OnnxFiles):
            return on_onnx(files, device, options.threads)
        return on_torch(files, device, options.repository, options.threads)

    if isinstance(files, OnnxFiles):
        movable = Movable(make, "cpu" if options.device == "auto" else options.device, tell)
        names, read = onnx_voices(files)
    else:
        movable = Movable(make, torch_device(options.device), tell)
        names, read = torch_voices(files)
    measures, phonemes = Measures(), Phonemes(MOST_WAIT_S)
    if options.language is not None and (why := phonemes.lacks(options.language)) is not None:
        raise SettingsError(f"KOKORO_LANGUAGE: {why}")
    voices = Voices(names, read, options.language, phonemes.lacks)
    places = Places([movable], MOST_WAIT_S, "tts_failed", "voices")
    kokoro = Kokoro(places, movable.model.vocabulary, voices, phonemes, measures)
    if not voices.names:
        raise SettingsError(f"there is no voice here whose language it can read; {MEND}")
    warm_up(kokoro, options.voice or voices.names[0], voices.names)
    if not phonemes.has_dictionary:
        tell("no dictionary of English is here (spaCy and its model): English is said by rule, by espeak-ng")
    return Engine(
        methods={"speak": speaking(kokoro, measures, options.split_pattern)},
        info={
            "voices": voices.names,
            "kind": movable.model.kind,
            "device": movable.device,
            "dictionary": phonemes.has_dictionary,
            "pid": os.getpid(),
        },
        stats=lambda: {**measures.values(), "waiting": places.waiting, "on_cpu": float(movable.device == "cpu")},
        hung=lambda: places.hung(HANGS_S) or phonemes.hung(HANGS_S),
    )


def warm_up(kokoro: Any, voice: str, names: list[str]) -> None:
    """The first clause of a process takes longer than the later ones: nobody should wait for it. It is said by the voice
    that most will hear, in its language.
    """
    context = Context(threading.Event(), lambda level, message, fields: None)
    try:
        for _ in kokoro.say(WARM_UP, kokoro.voice(voice), 1.0, context):
            pass
    except WorkerError as error:
        if error.code == "unknown_voice":
            raise SettingsError(f"KOKORO_VOICE: {error}; there are {', '.join(names)}") from error
        raise SettingsError(f"it cannot say a sentence: {error}; {MEND}") from error


def tell(message: str) -> None:
    warn(f"kokoro: {message}")
