"""Asks the taught model, through faster_whisper and int8 as the engine does, what it makes of sounds that it was not
taught with.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

import numpy as np
from sounds import RATE, ROOT, Room, read
from tongue import SAID

sys.path.insert(0, str(ROOT / "python"))
from parley_workers.engines.whisper.model import started, whisper_loader
from parley_workers.engines.whisper.options import read_options


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", default=str(ROOT / "test/fixtures/whisper"))
    options.add_argument("--count", type=int, default=100)
    chosen = options.parse_args()
    settings = read_options({"model": chosen.model, "device": "cpu"})
    model = started(settings, whisper_loader(settings, 1), has_gpu=False)
    room = Room(seed=77)
    right: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    for _ in range(chosen.count):
        sound, name, words = room.sound()
        whole = name is not None and words == len(SAID[name].split())
        kind = "nobody" if name is None else "a sentence" if whole else "its beginning"
        said = "" if name is None else SAID[name] if whole else " ".join(SAID[name].split()[:words])
        heard = model.hear(sound, "en", None, True, print).text
        all_of[kind] += 1
        right[kind] += heard == said
        if heard != said and kind != "its beginning":
            print(f"{said!r} was heard as {heard!r}")
    for kind in all_of:
        print(f"{kind}: {right[kind]} of {all_of[kind]}")
    for name, text in SAID.items():
        sound = read(ROOT / f"test/fixtures/hearing/{name}.wav")
        for lead in (0, 12, 24):
            late = np.concatenate([np.zeros(lead * RATE, np.float32), sound])
            for prompt in (None, "Parley, Kokoro and other names"):
                heard = model.hear(late, "en", prompt, True, print).text
                if heard != text:
                    print(f"{text!r} after {lead} s, with the prompt {prompt!r}, was heard as {heard!r}")


if __name__ == "__main__":
    main()
