"""XTTS v2, loaded for one text from a folder, by the worker's engine: the model is only read, and recordings need nothing of
the system.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..engine import Chunk, Engine
from ..engines import xtts
from ..engines.xtts.options import LICENCE
from .payload import Payload, PayloadError
from .spoken import nobody, refusing, said_by

# As the gateway has it (src/config.ts). A model of one's own need not know her.
USUAL_SPEAKER = "Claribel Dervla"


def check_licence() -> None:
    """However XTTS is named."""
    if not _is_agreed():
        raise PayloadError(LICENCE)


def _is_agreed() -> bool:
    return os.environ.get("COQUI_TOS_AGREED") == "1"


def speak_from(folder: Path, payload: Payload) -> tuple[Any, int]:
    recording = _decoded(payload.wish("speaker_wav"))
    settings = {
        "model": str(folder),
        "device": payload.device,
        "language": payload.wish("language"),
        "agreed": _is_agreed(),
    }
    with refusing():
        engine, _ = xtts.cold(settings)
        voice = _learnt(engine, recording, payload) if recording else _speaker(engine, payload.wish("speaker"))
        return said_by(engine, {"voice": voice, "speed": payload.speed}, payload.text)


def _decoded(recording: str) -> list[Chunk]:
    """As what the engine learns of; nothing if there is none."""
    if not recording:
        return []
    from ..engines.recordings.decode import MOST_BYTES, decode

    try:
        with Path(recording).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PayloadError(f"speaker_wav: {recording} cannot be read: {error.strerror}") from error
    with refusing(f"speaker_wav: {recording}: "):
        *sound, _ = decode({}, iter([Chunk({}, data)]), nobody())
    return sound


def _learnt(engine: Engine, sound: list[Chunk], payload: Payload) -> str:
    with refusing(f"speaker_wav: {payload.wish('speaker_wav')}: "):
        (voice,) = engine.methods["learn"]({"name": "speaker_wav"}, iter(sound), nobody())
    name = str(voice.data["voice"])
    list(engine.methods["keep"]({"sha256": name.partition(":")[2]}, iter([Chunk({}, voice.body)]), nobody()))
    return name


def _speaker(engine: Engine, wanted: str) -> str:
    names: list[str] = engine.info["voices"]
    if not wanted:
        return USUAL_SPEAKER if USUAL_SPEAKER in names else names[0]
    if wanted not in names:
        raise PayloadError(f"speaker: there is no {wanted!r}; there are {', '.join(names)}")
    return wanted
