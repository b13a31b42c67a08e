"""The sound of one utterance, written by the thread that reads it while others look: how loud it is, and where it is
quiet.
"""

from __future__ import annotations

import threading

import numpy as np

RATE = 16_000
# Loudness is known for every 20 ms, which is shorter than any sound of speech.
FRAME = RATE // 50
# Who talks for longer is heard up to here. No turn of a conversation comes near it.
LONGEST = 120 * RATE
# Of a 16-bit sample: -60 dBFS. Nobody speaks so softly into a microphone.
INAUDIBLE = 33.0
# Quiet is what is 30 dB below the speech, which ends no word, or hardly above the steady noise before it, if that in turn
# is 28 dB below the speech. In more noise than that nothing is quiet: a word that trails off is no louder than the noise.
BELOW_SPEECH = 1 / 32
ABOVE_NOISE = 1.6
NOISE_BELOW_SPEECH = 1 / 16


class Sound:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pcm = bytearray()
        self._levels: list[float] = []

    @property
    def length(self) -> int:
        """In samples."""
        return len(self._pcm) // 2

    def add(self, pcm: bytes | memoryview) -> None:
        """Bodies of any length, also such as cut a sample."""
        with self._lock:
            self._pcm += pcm[: max(0, 2 * LONGEST - len(self._pcm))]
            first, last = len(self._levels), len(self._pcm) // 2 // FRAME
            if last > first:
                fresh = np.frombuffer(bytes(self._pcm[2 * first * FRAME : 2 * last * FRAME]), "<i2")
                squares = fresh.reshape(-1, FRAME).astype(np.float32) ** 2
                self._levels += np.sqrt(squares.mean(axis=1)).tolist()

    def part(self, first: int, last: int) -> np.ndarray:
        """These samples, as Whisper takes them: from -1 to 1."""
        with self._lock:
            pcm = bytes(self._pcm[2 * first : 2 * last])
        return np.frombuffer(pcm, "<i2").astype(np.float32) / 32768

    def levels(self, first: int = 0) -> np.ndarray:
        """How loud each whole frame behind this sample is."""
        with self._lock:
            return np.asarray(self._levels[first // FRAME :], np.float32)

    def is_quiet(self, origin: int, since: int) -> bool:
        """Whether there is nothing but silence behind `since`, compared with what came between `origin` and there."""
        levels = self.levels(origin)
        first = max(0, since - origin) // FRAME
        return bool((levels[first:] <= quietness(levels[:first])).all())


def quietness(levels: np.ndarray) -> float:
    """How loud a frame may be at most in which nobody speaks."""
    if len(levels) == 0:
        return INAUDIBLE
    noise, speech = (float(level) for level in np.percentile(levels, [10, 95]))
    steady = noise * ABOVE_NOISE if noise * ABOVE_NOISE <= speech * NOISE_BELOW_SPEECH else 0.0
    return max(INAUDIBLE, speech * BELOW_SPEECH, steady)
