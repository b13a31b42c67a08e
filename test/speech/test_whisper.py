"""What Whisper's engine refuses, and when it decodes an utterance. Models are fakes here; test_whisper_model.py hears
with a taught one.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from parley_workers.engine import SettingsError
from parley_workers.engines.whisper.options import read_options
from parley_workers.engines.whisper.sound import FRAME, RATE
from parley_workers.engines.whisper.utterance import Heard, Utterance
from whisper_fakes import FIXTURE, silence, voice

# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"model": None}, "settings.model"),
        ({"model": "/nowhere/whisper"}, "/nowhere/whisper/config.json is not there; `npm run setup:local whisper`"),
        ({"device": "gpu"}, "settings.device"),
        ({"device": 0}, "settings.device"),
        ({"compute": "int4"}, "settings.compute"),
        ({"beam": 0}, "settings.beam"),
        ({"beam": True}, "settings.beam"),
        ({"threads": -1}, "settings.threads"),
    ],
)
def test_settings_that_cannot_be_right_are_refused_by_name(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_options({"model": str(FIXTURE)} | changes)
    assert named in str(refused.value)


@pytest.mark.parametrize("name", ["config.json", "model.bin", "tokenizer.json", "vocabulary.json"])
def test_a_missing_file_is_named_with_the_line_that_fetches_it(tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(FIXTURE, tmp_path / "model")
    (folder / name).unlink()
    with pytest.raises(SettingsError, match=rf"{name} is not there; `npm run setup:local whisper`"):
        read_options({"model": str(folder)})


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "vocabulary.json", "preprocessor_config.json"])
def test_a_damaged_file_is_named_with_the_line_that_fetches_it(tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(FIXTURE, tmp_path / "model")
    (folder / name).write_text('{"half": ')
    with pytest.raises(SettingsError, match=rf"{name} cannot be used.*`npm run setup:local whisper`"):
        read_options({"model": str(folder)})


# --- when an utterance is decoded -------------------------------------------------------------------------------------


class Listener:
    """Says how many seconds it heard."""

    def __init__(self, is_sure: bool = True) -> None:
        self.asked: list[tuple[float, str | None, bool]] = []
        self._is_sure = is_sure

    def __call__(self, sound: np.ndarray, language: str | None, again: bool) -> Heard:
        self.asked.append((round(len(sound) / RATE, 2), language, again))
        return Heard(f"{len(sound) / RATE:.2f}", language or "de", self._is_sure)


def due_after(utterance: Utterance, sound: np.ndarray) -> float | None:
    """How much of it comes before there is a reason to decode, in steps of 20 ms."""
    for at in range(0, len(sound), FRAME):
        utterance.sound.add(sound[at : at + FRAME].tobytes())
        if utterance.is_due:
            return round((at + FRAME) / RATE, 2)
    return None


def test_the_first_partial_waits_for_some_sound_and_the_next_for_growth() -> None:
    utterance = Utterance(Listener(), "en")
    times = []
    for _ in range(6):
        times.append(due_after(utterance, voice(10)))
        utterance.decode(is_final=False)
    assert times == [0.7, 0.5, 0.5, 0.52, 0.68, 0.88]


def test_who_pauses_is_decoded_at_once_and_then_no_more() -> None:
    utterance = Utterance(Listener(), "en")
    assert due_after(utterance, voice(3)) == 0.7
    utterance.sound.add(voice(2.3).tobytes())
    utterance.decode(is_final=False)
    assert due_after(utterance, np.concatenate([voice(0.1), silence(5)])) == 0.3
    assert not utterance.is_heard
    utterance.decode(is_final=False)
    assert utterance.is_heard
    assert due_after(utterance, silence(20)) is None
    assert utterance.is_heard and utterance.text == "3.30"
    assert due_after(utterance, voice(1)) is not None and not utterance.is_heard


def test_silence_is_not_decoded_at_all() -> None:
    listener = Listener()
    utterance = Utterance(listener, "en")
    assert due_after(utterance, silence(40)) is None
    assert utterance.is_heard and utterance.text == "" and listener.asked == []


def test_what_was_cut_off_in_mid_word_is_heard_again() -> None:
    utterance = Utterance(Listener(), "en")
    utterance.sound.add(voice(2).tobytes())
    utterance.decode(is_final=False)
    utterance.sound.add(silence(0.6).tobytes())
    assert not utterance.is_heard
    utterance.decode(is_final=True)
    assert utterance.is_heard


def test_a_partial_that_is_not_sure_is_heard_again_with_a_second_attempt_and_that_is_the_end_of_it() -> None:
    listener = Listener(is_sure=False)
    utterance = Utterance(listener, "en")
    utterance.sound.add(voice(2).tobytes() + silence(0.6).tobytes())
    utterance.decode(is_final=False)
    assert not utterance.is_heard
    utterance.decode(is_final=True)
    assert utterance.is_heard and [again for _, _, again in listener.asked] == [False, True]


def test_the_language_is_kept_once_it_is_known() -> None:
    listener = Listener()
    utterance = Utterance(listener, None)
    for _ in range(2):
        utterance.sound.add(voice(1).tobytes())
        utterance.decode(is_final=False)
    assert [language for _, language, _ in listener.asked] == [None, "de"]


def test_a_long_utterance_is_decoded_window_by_window_and_each_once() -> None:
    listener = Listener()
    utterance = Utterance(listener, "en")
    for _ in range(4):
        utterance.sound.add(np.concatenate([voice(24), silence(0.5)]).tobytes())
    while not utterance.is_heard:
        utterance.decode(is_final=True)
    lengths = [seconds for seconds, _, _ in listener.asked]
    assert sum(lengths) == pytest.approx(98, abs=0.05) and max(lengths) <= 29
    assert utterance.text == " ".join(f"{seconds:.2f}" for seconds in lengths)
