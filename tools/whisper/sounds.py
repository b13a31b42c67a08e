"""What the tiny model is taught with: the recordings, earlier and later, louder and softer, faster and slower, in noise,
broken off after a word; and rooms in which nobody speaks.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from tongue import SAID

RATE = 16_000
# What one position of the encoder stands for, 20 ms.
STEP = 320
ROOT = Path(__file__).parents[2]
THROATS = ("cough", "knock")
# Sound, how much of it comes before the voice, whose it is, and how many of its words were said.
Spoken = tuple[np.ndarray, int, "str | None", int]
NOISE = 1 << 16
_mel = FeatureExtractor()
_filters = torch.from_numpy(_mel.mel_filters)
_window = torch.hann_window(400)


@dataclass(frozen=True)
class Example:
    # 80 mels for each 10 ms.
    features: np.ndarray
    # How often each position of the encoder counts: a long silence is a short one, many times over.
    times: np.ndarray
    name: str | None
    # How many of its words were said.
    words: int


def read(file: Path) -> np.ndarray:
    with wave.open(str(file)) as wav:
        rate = wav.getframerate()
        sound = np.frombuffer(wav.readframes(wav.getnframes()), dtype="<i2").astype(np.float32) / 32768
    return sound if rate == RATE else stretched(sound, rate / RATE)


def stretched(sound: np.ndarray, speed: float) -> np.ndarray:
    at = np.arange(0, len(sound) - 1, speed)
    return np.interp(at, np.arange(len(sound)), sound).astype(np.float32)


def trimmed(sound: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return sound[loud[0] : loud[-1] + 1]


def mel(sound: np.ndarray) -> np.ndarray:
    """As faster_whisper's own does it in 30 ms, in 2."""
    padded = torch.from_numpy(np.pad(sound, (0, 160)).astype(np.float32))
    power = torch.stft(padded, 400, 160, window=_window, return_complex=True)[:, :-1].abs() ** 2
    logs = (_filters @ power).clamp(min=1e-10).log10()
    return ((logs.maximum(logs.max() - 8) + 4) / 4).numpy()[:, :-1]


class Room:
    """Examples without end."""

    def __init__(self, seed: int) -> None:
        self._dice = np.random.default_rng(seed)
        hearing, voices = ROOT / "test/fixtures/hearing", ROOT / "src/bench/voices"
        self._said = {name: trimmed(read(hearing / f"{name}.wav")) for name in SAID}
        self._throats = [trimmed(read(voices / f"{name}.wav")) for name in THROATS]

    def example(self) -> Example:
        sound, quiet, name, words = self._nobody() if self._dice.random() < 0.3 else self._somebody()
        features = mel(sound)
        times = np.ones((features.shape[1] + 1) // 2, np.float32)
        if self._dice.random() < 0.3 and quiet > 8 * STEP:
            times[3 : quiet // STEP - 4] = self._dice.uniform(1, 20)
        return Example(features, times, name, words)

    def sound(self) -> tuple[np.ndarray, str | None, int]:
        """One example as it is heard, whose it is, and how many of its words it has."""
        sound, _, name, words = self._nobody() if self._dice.random() < 0.3 else self._somebody()
        return sound, name, words

    def _somebody(self) -> Spoken:
        dice = self._dice
        name = str(dice.choice(list(SAID)))
        whole = stretched(self._said[name], dice.uniform(0.94, 1.06))
        words = len(SAID[name].split())
        said, end = words, len(whole)
        if dice.random() < 0.35:
            said = int(dice.integers(1, words))
            end = self._end_of(name, said, len(whole))
        tail = dice.choice([0.0, dice.uniform(0, 0.4), dice.uniform(0, 1.5)], p=[0.25, 0.35, 0.4])
        voice = whole[:end] * 10 ** (dice.uniform(-25, 5) / 20)
        return self._in_a_room(voice, dice.uniform(0, 1.2), tail, name, said)

    def _end_of(self, name: str, said: int, length: int) -> int:
        """Where a word ends, about: words take as long as their letters. None ends within the last fifth, because the
        last word decides what the sentence was.
        """
        words = SAID[name].split()
        share = sum(len(word) for word in words[:said]) / sum(map(len, words))
        return int(length * min(0.8, share + self._dice.uniform(-0.02, 0.02)))

    def _nobody(self) -> Spoken:
        dice = self._dice
        length = int(dice.uniform(0.1, 3) * RATE)
        kind = dice.integers(0, 6)
        sound = np.zeros(length, np.float32)
        if kind == 1:
            throat = self._throats[int(dice.integers(len(self._throats)))]
            sound = stretched(throat, dice.uniform(0.8, 1.25)) * dice.uniform(0.1, 1)
        elif kind == 2:
            at = np.arange(length) / RATE
            pitch = dice.uniform(50, 800)
            sound = sum(np.sin(2 * np.pi * pitch * n * at) / n for n in (1, 2, 3)) * dice.uniform(0.005, 0.3)
        elif kind >= 3:
            sound = self._noise(length) * 10 ** (dice.uniform(-60, -10) / 20)
        return self._in_a_room(sound.astype(np.float32), dice.uniform(0, 1), dice.uniform(0, 1), None, 0)

    def _noise(self, length: int) -> np.ndarray:
        """White, pink or brown, or knocks; as loud as 1."""
        dice = self._dice
        spectrum = np.fft.rfft(dice.standard_normal(NOISE), norm="ortho")
        slope = dice.choice([0.0, 0.5, 1.0])
        noise = np.resize(np.fft.irfft(spectrum / np.maximum(1, np.arange(len(spectrum))) ** slope), length)
        if dice.random() < 0.2:
            noise *= np.exp(-(np.arange(length) % dice.integers(2000, 9000)) / 250)
        return noise / (np.sqrt(np.mean(noise**2)) + 1e-9)

    def _in_a_room(self, voice: np.ndarray, lead: float, tail: float, name: str | None, words: int) -> Spoken:
        dice = self._dice
        before, after = int(lead * RATE), int(tail * RATE)
        sound = np.concatenate([np.zeros(before), voice, np.zeros(after)])
        if dice.random() < 0.6:
            # 14 to 50 dB below the voice; a quiet room by itself.
            level = np.sqrt(np.mean(voice**2)) if name is not None and len(voice) else 0.003
            sound = sound + self._noise(len(sound)) * level * 10 ** (dice.uniform(-50, -14) / 20)
        # Sixteen bits, as it comes.
        sound = np.clip(np.rint(sound * 32767), -32768, 32767).astype(np.float32) / 32768
        return sound, before, name, words
