"""The recorded questions of our bench, as its own callers speak them, and where their voices end."""

from __future__ import annotations

import json
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RATE = 16_000
VOICES = Path(__file__).parents[3] / "src/bench/voices"
# As in src/bench/voiced.ts: a window of 10 ms, and how far under the loudest one a voice may lie.
WINDOW = RATE // 100
RANGE_DB = 32


@dataclass(frozen=True)
class Question:
    text: str
    samples: np.ndarray
    """Up to and with the last voiced one."""
    voiced_to: int


def load_questions() -> list[Question]:
    questions = []
    for each in json.loads((VOICES / "questions.json").read_text()):
        samples = read(VOICES / each["file"])
        questions.append(Question(each["text"], samples, voiced_to(samples)))
    return questions


def read(file: Path) -> np.ndarray:
    with wave.open(str(file)) as recording:
        shape = (recording.getframerate(), recording.getnchannels(), recording.getsampwidth())
        if shape != (RATE, 1, 2):
            raise ValueError(f"{file.name} is not 16 kHz mono 16-bit.")
        return np.frombuffer(recording.readframes(recording.getnframes()), dtype="<i2")


def voiced_to(samples: np.ndarray) -> int:
    whole = [samples[at : at + WINDOW].astype(np.float64) for at in range(0, len(samples), WINDOW)]
    levels = np.array([np.sqrt(np.mean(window**2)) for window in whole])
    voiced = np.flatnonzero(levels >= levels.max() * 10 ** (-RANGE_DB / 20))
    return min(len(samples), (int(voiced[-1]) + 1) * WINDOW)


def seeded(seed: int):
    """Numbers in [0, 1): the generator of src/bench/random.ts (xorshift32)."""
    state = ((seed + 1) * 0x9E37_79B1) & 0xFFFF_FFFF or 1

    def following() -> float:
        nonlocal state
        state ^= (state << 13) & 0xFFFF_FFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFF_FFFF
        return state / 2**32

    return following
