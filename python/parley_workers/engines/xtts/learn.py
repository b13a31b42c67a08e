"""The methods `learn`, which makes a voice of recordings, and `keep`, which takes one back that was learnt before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine import Chunk, Context, Method, WorkerError
from ...places import Places
from ...speech.device import Movable
from ...speech.sound import QUIET, RATE, spoken_part
from .model import FAULTS, Model
from .voice_file import LONGEST_NAME, MOST_BYTES, check_voice, read_voice, refused, sha256, write_voice
from .voices import LEARNT, Voices

Sound = NDArray[np.float32]

MOST_RECORDINGS = 8
# Of each: the model hears the first 30 s, and silence is cut off before.
MOST_S = 60
# Of all together. Below that it is somebody else who speaks.
LEAST_S = 3.0
HASH = re.compile(r"[0-9a-f]{64}")


def learning(model: Places[Movable[Model]], voices: Voices) -> Method:
    def learn(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
        name = read_name(params.get("name"))
        recordings = [spoken(sound, number) for number, sound in enumerate(read_recordings(chunks), 1)]
        seconds = sum(len(sound) for sound in recordings) / RATE
        if seconds < LEAST_S:
            raise wrong(f"there are {seconds:.1f} s of speech; a voice needs {LEAST_S:.0f} s, and 10 are better")
        with model.place(context) as movable:
            try:
                voice = movable.do(lambda model: model.learn(recordings))
            except FAULTS as error:
                raise WorkerError("tts_failed", f"XTTS could not learn the voice: {error}") from error
        check_voice(voice, voices.any)
        data = write_voice(voice, name)
        yield Chunk({"voice": LEARNT + sha256(data), "seconds": round(seconds, 2)}, data)

    return learn


def keeping(voices: Voices) -> Method:
    def keep(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
        wanted = params.get("sha256")
        if not isinstance(wanted, str) or not HASH.fullmatch(wanted):
            raise wrong("sha256: expected 64 hexadecimal digits")
        data = bytearray()
        for chunk in chunks:
            data += chunk.body
            if len(data) > MOST_BYTES:
                raise refused(f"it has more than {MOST_BYTES} bytes")
        body = bytes(data)
        if sha256(body) != wanted:
            raise refused("its bytes are not those of its hash")
        yield Chunk({"voice": voices.keep(wanted, read_voice(body, voices.any))})

    return keep


def read_name(name: Any) -> str:
    if isinstance(name, str) and 1 <= len(name) <= LONGEST_NAME and name.isprintable():
        return name
    raise wrong(f"name: expected 1 to {LONGEST_NAME} characters that can be printed")


def read_recordings(chunks: Iterator[Chunk]) -> list[Sound]:
    """16-bit samples at 24 kHz, mono. A chunk with `next` begins another recording, with its own sound if it has any."""
    recordings: list[bytearray] = [bytearray()]
    for chunk in chunks:
        if chunk.data.get("next") is True and recordings[-1]:
            recordings.append(bytearray())
            if len(recordings) > MOST_RECORDINGS:
                raise wrong(f"more than {MOST_RECORDINGS} recordings")
        recordings[-1] += chunk.body
        if len(recordings[-1]) > MOST_S * RATE * 2:
            raise wrong(f"recording {len(recordings)} is longer than {MOST_S} s")
    if any(len(data) % 2 for data in recordings):
        raise wrong("a recording ends within a sample; they have 16 bits")
    return [np.frombuffer(data, dtype="<i2").astype(np.float32) / 32768 for data in recordings if data]


def spoken(sound: Sound, number: int) -> Sound:
    if np.abs(sound).max() <= QUIET:
        raise wrong(f"recording {number} is silent")
    start, end = spoken_part(sound)
    return sound[start:end]


def wrong(reason: str) -> WorkerError:
    return WorkerError("invalid_value", reason, retryable=False)
