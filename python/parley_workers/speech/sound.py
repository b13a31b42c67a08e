"""Sound as models give it, made into what goes over the wire: 16-bit samples without the silence around the words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 24_000

# Below -50 dB of full scale nobody says anything.
QUIET = 10 ** (-50 / 20)
# 5 ms: finer than anybody hears a beginning.
STEP = RATE // 200
# What stays around the words: a soft consonant begins below the level that is looked for.
HEAD = RATE * 20 // 1000
TAIL = RATE * 50 // 1000


def floats(sound: Any) -> NDArray[np.float32]:
    """A tensor of torch, on whatever device, or an array: as one row of numbers. What is no number is silence."""
    if hasattr(sound, "detach"):
        sound = sound.detach().float().cpu().numpy()
    return np.nan_to_num(np.asarray(sound, dtype=np.float32).reshape(-1), nan=0.0, posinf=0.0, neginf=0.0)


def pcm16(sound: Any) -> NDArray[np.int16]:
    """Beyond full scale it is cut, and does not wrap."""
    return np.rint(np.clip(floats(sound), -1.0, 1.0) * 32767).astype("<i2")


def spoken_part(sound: NDArray[np.float32]) -> tuple[int, int]:
    """From where to where somebody speaks; all of it, if nobody seems to."""
    count = len(sound) // STEP
    levels = np.sqrt(np.square(sound[: count * STEP]).reshape(count, STEP).mean(axis=1)) if count else np.zeros(0)
    (loud,) = np.nonzero(levels > QUIET)
    if len(loud) == 0:
        return 0, len(sound)
    return max(0, int(loud[0]) * STEP - HEAD), min(len(sound), (int(loud[-1]) + 1) * STEP + TAIL)


def resampled(sound: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    if rate == wanted or len(sound) == 0:
        return sound
    import soxr

    return soxr.resample(sound, rate, wanted)
