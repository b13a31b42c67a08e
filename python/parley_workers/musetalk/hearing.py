"""One reply's sound, from frames of PCM to the window of each picture. Knows neither models nor other callers."""

from __future__ import annotations

import numpy as np

from .mel import columns, levelled
from .spec import FFT_SAMPLES, HOP_SAMPLES, MELS, PICTURE_SAMPLES, PICTURES_PER_SECOND, SAMPLE_RATE
from .windows import LOOK_AHEAD_PICTURES, WINDOW_COLUMNS, pictures_heard, window_columns

# Speech is louder than this, in dB of full scale, and not further below the loudest of late: a recording's room goes on
# in its pauses, in one of a speech at -41 dB under a voice at -8.
_QUIET_DB = -50.0
_SPEECH_RANGE_DB = 30.0
# Mouths close slowly, and a stop consonant is no pause: so many pictures after the last loud one it still moves.
HANGOVER = 5
# From rest to full motion, and back.
EASING = 3
# log10 of the loudest band of a natural voice at -23 dBFS: until a reply has been as loud as that, its beginning is
# looked at as if it had been. Without it the first pictures would be drawn from amplified silence.
_USUAL_LOUDEST = 1.2
# How fast a loud word is forgotten, in dB a second.
_FORGOTTEN_DB = 1.0
_FORGOTTEN_PER_COLUMN = _FORGOTTEN_DB / 10 * HOP_SAMPLES / SAMPLE_RATE
_FORGOTTEN_PER_PICTURE = _FORGOTTEN_DB / PICTURES_PER_SECOND


class Hearing:
    def __init__(self) -> None:
        # Where no sound is yet, or not any more, there is silence. Columns before `_first` are gone.
        self._first = -WINDOW_COLUMNS
        half = FFT_SAMPLES // 2
        silence = np.zeros(WINDOW_COLUMNS * HOP_SAMPLES + half, np.float32)
        self._rest = silence
        self._columns = np.zeros((MELS, 0), np.float32)
        self._loudest: list[float] = []
        self._loud: list[bool] = []
        self._peak_db = _QUIET_DB
        self._ended = False
        self._absorb()

    @property
    def heard(self) -> int:
        """Pictures whose own sound has come."""
        return len(self._loud)

    @property
    def ready(self) -> int:
        """Pictures that can be drawn."""
        return self.heard if self._ended else pictures_heard(self.heard * PICTURE_SAMPLES)

    def push(self, frame: np.ndarray) -> None:
        """The sound of the next picture: 640 samples of int16."""
        samples = frame.astype(np.float32) / 32_768
        self._loud.append(self._is_loud(samples))
        self._take(samples)

    def end(self) -> None:
        """Nothing follows but silence, as the model was trained."""
        self._ended = True
        self._take(np.zeros((LOOK_AHEAD_PICTURES + 1) * PICTURE_SAMPLES, np.float32))

    def window(self, picture: int) -> np.ndarray:
        """[80, 144] float32. Pictures are asked for in order: what lies before a window is forgotten."""
        first, end = window_columns(picture)
        loudest = self._loudest[end - 1 - self._first]
        window = levelled(self._columns[:, first - self._first : end - self._first], loudest)
        self._forget(first)
        return window

    def pass_over(self, picture: int) -> None:
        """Its window is not wanted; nor is that of any before it."""
        first, _ = window_columns(picture)
        self._forget(first)

    def motion(self, picture: int) -> float:
        """How much of the drawn mouth shows: 0 is the base picture, which costs nothing."""
        return max(self._before_speech(picture), self._after_speech(picture))

    def _is_loud(self, samples: np.ndarray) -> bool:
        level = 10 * np.log10(float(np.mean(samples**2)) + 1e-10)
        self._peak_db = max(level, self._peak_db - _FORGOTTEN_PER_PICTURE)
        return level > max(_QUIET_DB, self._peak_db - _SPEECH_RANGE_DB)

    def _before_speech(self, picture: int) -> float:
        # The lips part a picture before the first sound.
        for ahead in range(EASING + 1):
            if picture + ahead < self.heard and self._loud[picture + ahead]:
                return min(1.0, (EASING + 1 - ahead) / EASING)
        return 0.0

    def _after_speech(self, picture: int) -> float:
        for since in range(min(picture + 1, HANGOVER + EASING)):
            if self._loud[picture - since]:
                return min(1.0, (HANGOVER + EASING - since) / EASING)
        return 0.0

    def _take(self, samples: np.ndarray) -> None:
        self._rest = np.concatenate([self._rest, samples])
        self._absorb()

    def _absorb(self) -> None:
        new = columns(self._rest)
        count = new.shape[1]
        if count == 0:
            return
        self._rest = self._rest[count * HOP_SAMPLES :]
        self._columns = np.concatenate([self._columns, new], axis=1)
        loudest = self._loudest[-1] if self._loudest else _USUAL_LOUDEST
        for peak in new.max(axis=0):
            loudest = max(float(peak), loudest - _FORGOTTEN_PER_COLUMN, _USUAL_LOUDEST)
            self._loudest.append(loudest)

    def _forget(self, before: int) -> None:
        # A second at a time: each time everything behind it is copied.
        if (gone := before - self._first) >= 100:
            self._columns = self._columns[:, gone:]
            self._loudest = self._loudest[gone:]
            self._first = before
