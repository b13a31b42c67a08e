"""Whisper's log-mel features of the last 8 s, in plain numpy: slow, and without any trick of the one in TypeScript.

    python tools/turn-model/features.py          # writes test/fixtures/turn-model/features.json
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

RATE = 16_000
HEARD = 8 * RATE
BANDS = 80
WINDOW = 400
HOP = 160
FIXTURES = Path(__file__).parents[2] / "test/fixtures/turn-model"
# Enough to see a slip of a frame, of a band or of a sample, in a file that can be read.
SHOWN_FRAMES = (0, 1, 199, 398, 399, 400, 401, 402, 500, 650, 798, 799)


def hertz(mel: np.ndarray) -> np.ndarray:
    """Slaney: 66.7 Hz each up to 1000 Hz, then equal ratios, 27 of them to 6400 Hz."""
    return np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))


def filters() -> np.ndarray:
    top = 15 + 27 * np.log(RATE / 2 / 1000) / np.log(6.4)
    edges = hertz(np.linspace(0, top, BANDS + 2))
    bins = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    rows = []
    for left, middle, right in zip(edges, edges[1:], edges[2:], strict=False):
        triangle = np.interp(bins, [left, middle, right], [0, 1, 0])
        rows.append(triangle * 2 / (right - left))
    return np.stack(rows)


def features(samples: np.ndarray) -> np.ndarray:
    """16-bit samples -> 80 x 800."""
    heard = samples[-HEARD:].astype(np.float64) / 32_768
    whole = np.concatenate([np.zeros(HEARD - len(heard)), heard])
    whole = (whole - whole.mean()) / np.sqrt(whole.var() + 1e-7)
    mirrored = np.pad(whole, WINDOW // 2, mode="reflect")
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    frames = [mirrored[at : at + WINDOW] * hann for at in range(0, HEARD, HOP)]
    power = np.abs([np.fft.rfft(frame) for frame in frames]) ** 2
    logs = np.log10(np.maximum(filters() @ power.T, 1e-10))
    return (np.maximum(logs, logs.max() - 8) + 4) / 4


def signal(seconds: float) -> np.ndarray:
    """A saw that rises, in noise, a little off the middle; of whole numbers only, so that every language makes the same."""
    phase, noise = 0, 1
    samples = np.zeros(round(seconds * RATE), dtype=np.int16)
    for n in range(len(samples)):
        phase = (phase + 500 + n // 40) % 65_536
        noise = (noise * 1_664_525 + 1_013_904_223) % 2**32
        samples[n] = (phase - 32_768) // 8 + (noise >> 16) // 64 + 40
    return samples


def main() -> None:
    cases = []
    for seconds in (0, 0.5, 4, 10.25):
        heard = features(signal(seconds)) if seconds > 0 else features(np.zeros(0, dtype=np.int16))
        shown = {str(frame): [round(float(value), 5) for value in heard[:, frame]] for frame in SHOWN_FRAMES}
        cases.append({"seconds": seconds, "sum": round(float(heard.sum()), 2), "frames": shown})
    rows = [json.dumps(case, separators=(",", ":")) for case in cases]
    (FIXTURES / "features.json").write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
