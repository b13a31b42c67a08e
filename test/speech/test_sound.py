"""Sound between a model and the wire."""

from __future__ import annotations

import numpy as np
import pytest
from parley_workers.speech.sound import HEAD, RATE, TAIL, floats, pcm16, resampled, spoken_part


class Tensor:
    """What torch's tensors have that is used of them."""

    def __init__(self, values: list[float]) -> None:
        self._values = values

    def detach(self) -> Tensor:
        return self

    def float(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> np.ndarray:
        return np.array([self._values])


def test_tensors_and_arrays_become_samples_and_do_not_wrap() -> None:
    wanted = [32767, 0, -32767, 16384]
    for sound in ([1.5, 0.0, -7.0, 0.5], Tensor([1.5, 0.0, -7.0, 0.5]), np.array([[1.5, 0.0, -7.0, 0.5]])):
        samples = pcm16(sound)
        assert samples.dtype == np.int16 and samples.tolist() == wanted


def test_what_is_no_number_is_silence() -> None:
    assert floats([np.nan, np.inf, -np.inf, 0.25]).tolist() == [0, 0, 0, 0.25]


@pytest.mark.parametrize(("before", "after"), [(0.4, 0.5), (0.0, 0.0), (0.004, 0.9)])
def test_silence_around_the_words_goes_but_for_a_little(before: float, after: float) -> None:
    tone = 0.1 * np.sin(np.arange(RATE // 2) / 5)
    sound = np.concatenate([np.zeros(round(before * RATE)), tone, np.zeros(round(after * RATE))]).astype(np.float32)
    start, end = spoken_part(sound)
    begins, ends = round(before * RATE), round(before * RATE) + len(tone)
    assert max(0, begins - HEAD - RATE // 200) <= start <= begins
    assert ends <= end <= min(len(sound), ends + TAIL + RATE // 200)


@pytest.mark.parametrize("count", [0, 1, 119, 5000])
def test_what_is_silent_altogether_stays_whole(count: int) -> None:
    assert spoken_part(np.zeros(count, dtype=np.float32)) == (0, count)


def test_another_rate_keeps_length_and_pitch() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32)
    half = resampled(tone, RATE, 16_000)
    assert abs(len(half) - 16_000) <= 2
    peak = int(np.argmax(np.abs(np.fft.rfft(half[:16_000]))))
    assert abs(peak - 440) <= 1
    assert resampled(tone, RATE, RATE) is tone and len(resampled(tone[:0], RATE, 8000)) == 0
