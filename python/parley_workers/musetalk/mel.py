"""Sound into the columns of whisper's spectrogram: 80 bands, one column every 10 ms, log10 of power. numpy alone.

A column does not depend on its neighbours, so a caller's sound is turned into columns once, as it comes. What depends
on the window is how far down it is looked at: see `levelled`.
"""

from __future__ import annotations

import numpy as np

from .spec import FFT_SAMPLES, HOP_SAMPLES, MEL_RANGE, MELS, SAMPLE_RATE

_QUIETEST = 1e-10


def columns(samples: np.ndarray) -> np.ndarray:
    """[80, n] float32 of samples from -1 to 1: column 0 is centred on sample 200, each further one on 160 more."""
    count = max(0, (len(samples) - FFT_SAMPLES) // HOP_SAMPLES + 1)
    if count == 0:
        return np.zeros((MELS, 0), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FFT_SAMPLES)[::HOP_SAMPLES][:count]
    power = np.abs(np.fft.rfft(frames * _WINDOW, axis=1)) ** 2
    return np.log10(np.maximum(_FILTERS @ power.T, _QUIETEST)).astype(np.float32)


def levelled(window: np.ndarray, loudest: float) -> np.ndarray:
    """As whisper was trained: nothing further than 80 dB below the loudest, and all of it near -1 to 1."""
    return ((np.maximum(window, loudest - MEL_RANGE) + 4) / 4).astype(np.float32)


def _mel_filters() -> np.ndarray:
    """[80, 201]: triangles of equal area on Slaney's scale, which is straight below 1 kHz and logarithmic above."""
    edges = _hertz(np.linspace(_mels(0.0), _mels(SAMPLE_RATE / 2), MELS + 2))
    bins = np.linspace(0, SAMPLE_RATE / 2, FFT_SAMPLES // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]


# Slaney's scale: 15 mels to the first kilohertz, from there on 27 to every factor of 6.4.
_KNEE_HZ = 1000.0
_HZ_PER_MEL = 200 / 3
_KNEE_MELS = _KNEE_HZ / _HZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27


def _mels(hertz: float) -> float:
    if hertz < _KNEE_HZ:
        return hertz / _HZ_PER_MEL
    return float(_KNEE_MELS + np.log(hertz / _KNEE_HZ) / _LOG_STEP)


def _hertz(mels: np.ndarray) -> np.ndarray:
    straight = mels * _HZ_PER_MEL
    return np.where(mels < _KNEE_MELS, straight, _KNEE_HZ * np.exp(_LOG_STEP * (mels - _KNEE_MELS)))


# Hann's window over its period, without the repeated zero at its end.
_WINDOW = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT_SAMPLES) / FFT_SAMPLES)
_FILTERS = _mel_filters()
