"""Makes the sounds of people who speak, cough or knock over the avatar, and a list of them (README.md).

    python interrupt.py OUT
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from speak import NOISES, RATE, VOICES, babble, noises, pink, read_samples, spoken_text, unit, write_samples

# Before the first sound, so that the voice detector knows the room; and behind the last.
LEAD, TAIL = round(0.8 * RATE), round(0.8 * RATE)
FRAME = RATE // 100
# Every so many of the strangers' sentences, by two voices each.
STRANGERS = 6


def texts() -> Iterator[tuple[str, str, str]]:
    """Kind, text and voice."""
    here, names = Path(__file__).parent, list(VOICES)
    kind = ""
    for line in (here / "interruptions.txt").read_text().splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and line[0] != "#":
            yield from ((kind, line, name) for name in names)
    lines = [line for line in (here / "strangers.txt").read_text().splitlines() if line and line[0] not in "#["]
    for n, line in enumerate(lines[::STRANGERS]):
        yield from (("stranger", line, names[(n + 4 * k) % len(names)]) for k in range(2))


def sounding(samples: np.ndarray) -> tuple[int, int]:
    """From the first to the last 10 ms that are no more than 30 dB below the loudest."""
    loudness = np.sqrt(np.mean(samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME) ** 2, axis=1))
    loud = np.nonzero(loudness > loudness.max() * 10 ** (-30 / 20))[0]
    return int(loud[0]) * FRAME, int(loud[-1] + 1) * FRAME


def placed(sound: np.ndarray, noise: tuple[str, float] | None, chance: np.random.Generator, talk: list[np.ndarray]):
    """At a usual loudness in a room, its first sound at LEAD; and where its last one is."""
    first, last = sounding(sound)
    soft = min(first, LEAD)
    level = chance.uniform(1200, 4000) / np.sqrt(np.mean(sound[first:last] ** 2))
    samples = np.concatenate([np.zeros(LEAD - soft), sound[first - soft :] * level, np.zeros(TAIL)])
    samples += chance.standard_normal(len(samples)) * 8
    if noise is not None:
        kind, decibels = noise
        around = pink(len(samples), chance) if kind == "pink" else babble(len(samples), chance, talk)
        samples += around * np.sqrt(np.mean((sound[first:last] * level) ** 2)) * 10 ** (-decibels / 20)
    return samples, LEAD + last - first


def resonant(sound: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """As it comes out of a throat: louder around three frequencies."""
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE)
    centres = chance.uniform((450, 1000, 2200), (900, 1700, 3000))
    gain = sum(1 / (1 + ((frequencies - centre) / 150) ** 2) for centre in centres)
    return unit(np.fft.irfft(np.fft.rfft(sound) * (gain + 0.02), len(sound)))


def cough(chance: np.random.Generator, is_voiced: bool) -> np.ndarray:
    """A burst of air, and with it at times a voice that dies away."""
    time = np.arange(round(RATE * chance.uniform(0.18, 0.35))) / RATE
    burst = chance.standard_normal(len(time)) * np.exp(-time / chance.uniform(0.04, 0.09))
    pulses = (time * chance.uniform(100, 260)) % 1 < 0.02
    tail = np.clip((time - 0.12) / 0.05, 0, 1) * np.exp(-np.clip(time - 0.17, 0, 1) / 0.06)
    return resonant(burst + pulses * tail * (chance.uniform(3, 10) if is_voiced else 0), chance) * np.exp(-time / 0.15)


def throats(chance: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    for n in range(16):
        coughs = [cough(chance, n % 2 == 1) for _ in range(chance.integers(1, 4))]
        pauses = [np.zeros(round(RATE * chance.uniform(0.05, 0.3))) for _ in coughs]
        yield f"throat {n}", np.concatenate([part for pair in zip(coughs, pauses) for part in pair])


def spoken(file: Path, text: str, voice: str) -> np.ndarray:
    if not file.exists():
        command = VOICES[voice](spoken_text(text), 1.0, file)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return read_samples(file)


def main(out: Path) -> None:
    raw = out / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    jobs = list(texts())
    with ThreadPoolExecutor(2) as pool:
        speech = list(pool.map(lambda n: spoken(raw / f"{n:04d}.wav", *jobs[n][1:]), range(len(jobs))))
    talk = [one for one, (kind, _, _) in zip(speech, jobs) if kind == "stranger"]
    chance = np.random.default_rng(5)
    sounds = [(*job, one, NOISES[(n + n // len(VOICES)) % len(NOISES)]) for n, (job, one) in enumerate(zip(jobs, speech))]
    for name, one in (*noises(chance, talk).items(), *throats(chance)):
        sounds.append(("noise", "", name.split()[0], one, None))
    rows = []
    for kind, text, voice, one, noise in sounds:
        samples, end = placed(one, noise, chance, talk)
        file = f"{len(rows):04d}.wav"
        write_samples(out / file, samples)
        room = (noise or ["quiet"])[0]
        rows.append({"file": file, "kind": kind, "text": text, "voice": voice, "room": room, "first": LEAD, "last": end})
    (out / "list.json").write_text(json.dumps(rows, indent=1))
    print(len(rows), "sounds")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
