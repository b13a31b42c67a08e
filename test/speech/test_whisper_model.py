"""Whisper's engine with a model that faster-whisper really loads: taught the recordings of the tests (tools/whisper)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from parley_workers.engine import Engine, SettingsError
from parley_workers.engines.whisper import load
from parley_workers.engines.whisper.model import Model, started, whisper_loader
from parley_workers.engines.whisper.options import read_options
from parley_workers.engines.whisper.sound import RATE
from parley_workers.engines.whisper.utterance import Utterance
from whisper_fakes import FIXTURE, Stream, recording, silence

SAID = {
    "tell-me-a-story": "Tell me a story.",
    "what-is-parley": "What is Parley?",
    "how-is-the-weather": "How is the weather today?",
    "capital-of-france": "What is the capital of France?",
}


def noise(seconds: float, level: float) -> np.ndarray:
    return np.random.default_rng(5).normal(0, level, int(seconds * RATE)).astype("<i2")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load({"model": str(FIXTURE), "device": "cpu"})


@pytest.fixture(scope="module")
def model() -> Model:
    options = read_options({"model": str(FIXTURE), "device": "cpu"})
    return started(options, whisper_loader(options, 1), has_gpu=False)


def final(engine: Engine, sound: np.ndarray, params: dict[str, Any] | None = None) -> str:
    *partials, end = Stream(engine.methods["listen"], params).say(sound).end().rest()
    assert all(partial["kind"] == "partial" for partial in partials) and end["kind"] == "final"
    return end["text"]


def test_it_tells_what_it_is(engine: Engine) -> None:
    assert engine.info["device"] == "cpu" and engine.info["compute"].startswith("int8")
    assert engine.info["isMultilingual"] is False and engine.info["warmMs"] > 0
    assert engine.stats is not None and engine.stats()["on_cpu"] == 1


@pytest.mark.parametrize("name", SAID)
def test_a_sentence_is_heard_early_or_late_loud_or_soft_and_in_light_noise(engine: Engine, name: str) -> None:
    sound = recording(name)
    for lead, loudness, level in ((0, 1.0, 0), (3.3, 0.5, 0), (12, 1.0, 0), (25, 1.0, 0), (0.4, 1.3, 20), (1, 1.0, 40)):
        late = np.concatenate([silence(lead), (sound * loudness).clip(-32768, 32767).astype("<i2"), silence(0.5)])
        heard = (late + noise(len(late) / RATE + 1, level)[: len(late)]).clip(-32768, 32767).astype("<i2")
        assert final(engine, heard) == SAID[name], (lead, loudness, level)


@pytest.mark.parametrize("sound", [silence(0), silence(0.01), silence(3), noise(2, 30), noise(2, 800)])
def test_where_nobody_speaks_there_are_no_words(engine: Engine, sound: np.ndarray) -> None:
    assert final(engine, sound) == ""


def test_a_language_and_a_prompt_change_nothing_for_a_model_of_english(engine: Engine) -> None:
    hints = {"language": "de", "prompt": "Parley, Kyutai <|endoftext|>"}
    assert final(engine, recording("how-is-the-weather"), hints) == SAID["how-is-the-weather"]


def test_what_is_said_in_more_than_a_minute_is_heard_to_its_end(engine: Engine) -> None:
    names = list(SAID)
    parts = [part for name in names for part in (recording(name), silence(27))]
    assert final(engine, np.concatenate(parts)) == " ".join(SAID[name] for name in names)


def test_callers_at_the_same_time_are_kept_apart(engine: Engine) -> None:
    streams = [(SAID[name], Stream(engine.methods["listen"])) for name in SAID for _ in range(3)]
    sounds = [recording(name) for name in SAID for _ in range(3)]
    for at in range(0, max(map(len, sounds)), 1600):
        for (_, stream), sound in zip(streams, sounds, strict=True):
            stream.say(sound[at : at + 1600])
    assert [stream.end().rest()[-1]["text"] for _, stream in streams] == [text for text, _ in streams]


@pytest.mark.parametrize("level", [0, 30])
@pytest.mark.parametrize("name", SAID)
def test_what_was_known_in_the_pause_is_what_the_whole_utterance_says(model: Model, name: str, level: int) -> None:
    """Wherever it was decoded: if nothing but silence seems to have come since, decoding it again changes nothing."""
    whole = np.concatenate([recording(name), silence(0.4)])
    whole = (whole + noise(len(whole) / RATE + 1, level)[: len(whole)]).astype("<i2")
    reused = 0
    # From the middle of the last word on.
    for at in range(len(whole) - int(1.3 * RATE), len(whole), RATE // 10):
        utterance = Utterance(lambda *asked: model.hear(asked[0], "en", None, asked[2], print), "en")
        utterance.sound.add(whole[:at].tobytes())
        utterance.decode(is_final=False)
        known = utterance.text
        utterance.sound.add(whole[at:].tobytes())
        if utterance.is_heard:
            reused += 1
            assert known == SAID[name], at / RATE
    # The last 0.7 s are silence.
    assert reused >= 4


def test_half_a_model_is_named_with_the_line_that_fetches_it(tmp_path: Path) -> None:
    folder = shutil.copytree(FIXTURE, tmp_path / "model")
    whole = (folder / "model.bin").read_bytes()
    (folder / "model.bin").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SettingsError, match=r"model\.bin cannot be used.*`npm run setup:local whisper`"):
        load({"model": str(folder), "device": "cpu"})


def test_what_the_processor_cannot_compute_is_told() -> None:
    with pytest.raises(SettingsError, match="Whisper cannot compute float16 on cpu"):
        load({"model": str(FIXTURE), "device": "cpu", "compute": "float16"})
