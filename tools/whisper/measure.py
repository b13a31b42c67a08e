"""What decoding costs here, by models of the published sizes with random weights: they compute as much as real ones.

python tools/whisper/measure.py base --places 1 --threads 2
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

sys.path.insert(0, str(Path(__file__).parents[2] / "test/speech"))
from random_whisper import SHAPES, build

# "What is the capital of France?", about.
TOKENS = 12
CALLERS, REPEATS = 4, 5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("shape", choices=SHAPES)
    options.add_argument("--places", type=int, default=1)
    options.add_argument("--threads", type=int, default=0)
    options.add_argument("--beam", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), SHAPES[chosen.shape])
        began, before = time.monotonic(), memory()
        model = WhisperModel(
            folder, device="cpu", compute_type="int8", cpu_threads=chosen.threads, num_workers=chosen.places
        )
        decode(model, chosen.beam)
        print(f"loaded and warm after {time.monotonic() - began:.2f} s")
        alone = sorted(timed(model, chosen.beam, 1)[0] for _ in range(REPEATS))
        print(f"one: {alone[REPEATS // 2]:.3f} s")
        print(f"{CALLERS} at once: {', '.join(f'{each:.3f}' for each in timed(model, chosen.beam, CALLERS))} s")
        print(f"memory: {memory() - before:.0f} MB")


def timed(model: WhisperModel, beam: int, callers: int) -> list[float]:
    began, took = time.monotonic(), []
    threads = [
        threading.Thread(target=lambda: (decode(model, beam), took.append(time.monotonic() - began)))
        for _ in range(callers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(took)


def decode(model: WhisperModel, beam: int) -> None:
    sound = np.random.default_rng(1).normal(0, 0.05, 48_000).astype(np.float32)
    segments, _ = model.transcribe(
        sound,
        language="en",
        beam_size=beam,
        temperature=0.0,
        without_timestamps=True,
        max_new_tokens=TOKENS,
        # Random words are unlikely ones.
        log_prob_threshold=None,
        no_speech_threshold=None,
        compression_ratio_threshold=None,
    )
    list(segments)


def memory() -> float:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
