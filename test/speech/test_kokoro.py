"""The parts of Kokoro's engine, and the whole of it on a model that hums."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("kokoro_onnx", reason="Kokoro's package is not installed")

from conftest import phrases, seconds, words_of  # noqa: E402
from parley_workers.engine import Cancelled, Context, SettingsError, WorkerError  # noqa: E402
from parley_workers.engines import kokoro  # noqa: E402
from parley_workers.engines.kokoro import g2p  # noqa: E402
from parley_workers.engines.kokoro.files import OnnxFiles, TorchFiles, find_files  # noqa: E402
from parley_workers.engines.kokoro.g2p import Phonemes  # noqa: E402
from parley_workers.engines.kokoro.model import MOST_PHONEMES  # noqa: E402
from parley_workers.engines.kokoro.options import read_options  # noqa: E402
from parley_workers.engines.kokoro.speaker import known  # noqa: E402
from parley_workers.engines.kokoro.voices import Voices, letter_of  # noqa: E402
from parley_workers.engines.kokoro.words import spoken_words  # noqa: E402

# --- settings and files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, "model"),
        ({"model": 7}, "model"),
        ({"model": "x", "device": "gpu"}, "auto, cpu, cuda"),
        ({"model": "x", "language": "klingon"}, "Kokoro speaks"),
        ({"model": "x", "split_pattern": "("}, "regular expression"),
        ({"model": "x", "threads": 0}, "threads"),
    ],
)
def test_settings_that_are_wrong_are_named(settings: dict, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        read_options(settings)


def test_languages_have_several_names() -> None:
    for name, letter in (("en_GB", "b"), ("pt", "p"), ("z", "z"), ("ES", "e")):
        assert read_options({"model": "x", "language": name}).language == letter
    assert read_options({"model": "x", "language": ""}).language is None


def test_both_layouts_are_found(tmp_path: Path) -> None:
    for name in ("kokoro-v1.0.onnx", "voices-v1.0.bin", "kokoro-v1_0.pth", "config.json"):
        (tmp_path / name).touch()
    (tmp_path / "voices").mkdir()
    onnx = OnnxFiles(tmp_path / "kokoro-v1.0.onnx", tmp_path / "voices-v1.0.bin")
    torch = TorchFiles(tmp_path / "config.json", tmp_path / "kokoro-v1_0.pth", tmp_path / "voices")
    assert find_files(tmp_path, prefers_torch=False) == onnx
    assert find_files(tmp_path, prefers_torch=True) == torch
    assert find_files(tmp_path / "kokoro-v1_0.pth", prefers_torch=False) == torch
    (tmp_path / "kokoro-v1.0.int8.onnx").touch()
    with pytest.raises(SettingsError, match="several models: set KOKORO_MODEL to one of kokoro-v1.0.int8.onnx"):
        find_files(tmp_path, prefers_torch=False)
    (tmp_path / "config.json").unlink()
    with pytest.raises(SettingsError, match="config.json is not there: run `npm run setup:local kokoro`"):
        find_files(tmp_path / "kokoro-v1_0.pth", prefers_torch=True)


# --- voices --------------------------------------------------------------------------------------------------------------


def voices(language: str | None = None) -> Voices:
    tables = {"af_one": np.full((510, 4), 1.0), "bm_two": np.full((400, 4), 3.0)}
    return Voices(list(tables), lambda name: tables[name].astype(np.float32), language)


def test_voices_are_mixed_by_their_shares() -> None:
    known_voices = voices()
    assert known_voices.find("af_one").style(20).tolist() == [1, 1, 1, 1]
    assert known_voices.find("af_one,bm_two").style(20).tolist() == [2, 2, 2, 2]
    mixed = known_voices.find("bm_two:1, af_one:3")
    assert mixed.style(9000).tolist() == [1.5, 1.5, 1.5, 1.5] and mixed.language == "b"
    assert known_voices.find("bm_two:1, af_one:3") is mixed


@pytest.mark.parametrize(
    "wanted", ["", "nobody", "af_one,nobody", "af_one:0", "af_one:x", "../af_one", ",".join(["af_one"] * 9)]
)
def test_a_voice_that_is_not_there_has_a_name(wanted: str) -> None:
    with pytest.raises(WorkerError) as failure:
        voices().find(wanted)
    assert failure.value.code == "unknown_voice" and not failure.value.retryable


def test_callers_who_make_up_mixes_do_not_fill_the_memory() -> None:
    known_voices = voices()
    for share in range(1, 200):
        known_voices.find(f"af_one:{share},bm_two:1")
    assert len(known_voices._kept) <= 64


def test_a_voice_speaks_the_language_of_its_first_letter_unless_told_otherwise() -> None:
    assert [letter_of(name) for name in ("bf_emma", "zf_xiaobei", "mine", "xx_other")] == ["b", "z", "a", "a"]
    assert voices("f").find("af_one").language == "f"


# --- phonemes and words ---------------------------------------------------------------------------------------------------


def test_phonemes_are_those_that_the_model_knows(context: Context) -> None:
    phonemes = Phonemes(20.0)
    english = phonemes.of("Hello, how are you today?", "a", context)
    assert english.startswith("h") and english.endswith("?") and "ˈ" in english and "  " not in english
    british, american = (phonemes.of("Hello there, my dear", language, context) for language in "ba")
    assert british != american
    assert phonemes.of("Bonjour", "f", context) and phonemes.of("Hola", "e", context)
    assert phonemes.of("...", "a", context) in ("", "...")


def test_reading_that_hangs_is_noticed_and_who_waits_behind_it_can_be_cancelled(
    hum: Path, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = kokoro.load({"model": str(hum)})
    reads, end = threading.Event(), threading.Event()

    def hang(self: Phonemes, language: str) -> Callable[[str], str]:
        reads.set()
        end.wait()
        return lambda text: text

    monkeypatch.setattr(Phonemes, "_make", hang)
    speak = engine.methods["speak"]
    first = threading.Thread(target=lambda: list(speak({"voice": "ff_siwi"}, phrases("Bonjour."), context)))
    first.start()
    assert reads.wait(30) and engine.hung is not None and engine.hung() is None
    monkeypatch.setattr(kokoro, "HANGS_S", -1.0)
    assert "readers has been at the same thing" in (engine.hung() or "")
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        list(speak({"voice": "af_sky"}, phrases("Hello."), Context(cancelled, lambda level, message, fields: None)))
    end.set()
    first.join(30)


@pytest.mark.parametrize("module", ["kokoro_onnx", "parley_workers.engines.kokoro.model"])
def test_a_python_without_the_packages_is_refused_with_what_makes_one(
    hum: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SettingsError, match=f"has no module {module}; `npm run setup:local kokoro` makes a Python"):
        kokoro.load({"model": str(hum)})


def test_voices_in_languages_that_cannot_be_read_here_are_not_offered(
    hum: Path, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks = Phonemes.lacks
    monkeypatch.setattr(
        Phonemes, "lacks", lambda self, code: "fr-fr needs lessons" if code == "f" else lacks(self, code)
    )
    engine = kokoro.load({"model": str(hum)})
    assert engine.info["voices"] == ["af_heart", "af_sky", "am_adam", "bf_emma"]
    with pytest.raises(WorkerError, match='the voice "ff_siwi": fr-fr needs lessons') as failure:
        list(engine.methods["speak"]({"voice": "ff_siwi"}, phrases("Bonjour."), context))
    assert failure.value.code == "unknown_voice"
    with pytest.raises(SettingsError, match='KOKORO_VOICE: the voice "ff_siwi": fr-fr needs lessons'):
        kokoro.load({"model": str(hum), "voice": "ff_siwi"})
    with pytest.raises(SettingsError, match="KOKORO_LANGUAGE: fr-fr needs lessons"):
        kokoro.load({"model": str(hum), "language": "fr"})


def test_what_a_language_lacks_is_said_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"misaki": True, "jieba": False}
    monkeypatch.setattr(g2p, "has", lambda module: there[module])
    assert Phonemes(20.0).lacks("z") == f"cmn needs misaki[zh]: {sys.executable} -m pip install 'misaki[zh]'"
    assert Phonemes(20.0).lacks("a") is None
    # espeak-ng reads them itself where there is no misaki.
    there["misaki"] = False
    assert Phonemes(20.0).lacks("z") is None


def test_phonemes_that_the_model_was_not_taught_are_left_out() -> None:
    assert known(" a?b ", {letter: 1 for letter in "ab "}) == "ab"


@pytest.mark.parametrize("text", ["$1,777,777.77 " * 8, "1777777 " * 14, "7-" * 59])
def test_a_clause_of_many_phonemes_is_said_to_its_end(hum: Path, context: Context, text: str) -> None:
    engine = kokoro.load({"model": str(hum)})
    phonemes = Phonemes(20.0).of(text, "a", context)
    assert len(phonemes) > MOST_PHONEMES
    said = list(engine.methods["speak"]({"voice": "af_sky"}, phrases(text), context))
    # 75 ms for each phoneme; what is cut in the middle is read in another way.
    assert seconds(said) > 0.8 * 0.075 * len(phonemes)
    words = words_of(said)
    assert [word["start"] for word in words] == sorted(word["start"] for word in words)
    assert words[-1]["to"] >= len(text.rstrip()) - 1 and words[-1]["end"] <= round(seconds(said) * 24_000)


def test_a_voice_that_the_file_has_not_is_refused_at_once(hum: Path) -> None:
    with pytest.raises(SettingsError, match='KOKORO_VOICE: there is no voice "af_typo"; there are af_heart, af_sky'):
        kokoro.load({"model": str(hum), "voice": "af_typo"})


def test_it_says_that_english_is_said_by_rule(hum: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kokoro.load({"model": str(hum)})
    assert ("by rule" in capsys.readouterr().err) != Phonemes(20.0).has_dictionary


def steady(phonemes: str) -> list[int]:
    return [100 * at for at in range(len(phonemes) + 1)]


def test_words_that_are_said_as_they_are_written() -> None:
    text, phonemes = "Good day, Ada!", "ɡˈʊd dˈA, ˈAdə!"
    words = spoken_words(text, phonemes, steady(phonemes))
    assert [text[word.begins : word.ends] for word in words] == ["Good", "day,", "Ada!"]
    assert [(word.start, word.end) for word in words] == [(0, 400), (500, 900), (1000, 1500)]


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("It is $3.50 now", "ɪt ɪz θɹˈi dˈɑləɹz fˈɪfti nˌW"),
        ("of the people — by us", "ʌvðə pˈipᵊl — bI ʌs"),
        ("a b c d e f", "x"),
        ("—", "—"),
        ("", ""),
    ],
)
def test_words_that_are_not_stay_in_order_and_within_the_sound(text: str, phonemes: str) -> None:
    words = spoken_words(text, phonemes, steady(phonemes))
    end = 0
    for word in words:
        assert word.start >= end and word.end > word.start and word.end <= 100 * len(phonemes)
        end = word.end
    if len(phonemes) > 10:
        assert [text[word.begins : word.ends] for word in words] == [part for part in text.split() if part != "—"]


def test_edges_that_do_not_belong_to_the_phonemes_give_no_words() -> None:
    assert spoken_words("a b", "a b", [0, 1]) == []


# --- the engine ------------------------------------------------------------------------------------------------------------


def test_it_speaks_phrases_in_order_and_says_when_each_is_done(hum: Path, context: Context) -> None:
    engine = kokoro.load({"model": str(hum)})
    said = list(
        engine.methods["speak"]({"voice": "af_sky", "speed": 1.0}, phrases("Hello there.", "", "Bye."), context)
    )
    assert [chunk.data["phrase"] for chunk in said if chunk.data.get("done")] == [0, 1, 2]
    assert seconds([chunk for chunk in said if chunk.data["phrase"] == 1]) == 0
    assert [word["from"] for word in words_of(said)] == [0, 6, 0]
    assert engine.info["voices"] == ["af_heart", "af_sky", "am_adam", "bf_emma", "ff_siwi"]
    assert engine.info["kind"] == "onnx" and engine.stats is not None and engine.stats()["clauses"] >= 2


def test_words_are_where_the_gateway_counts_them(hum: Path, context: Context) -> None:
    """In units of 16 bits: a rare Chinese character has two."""
    engine = kokoro.load({"model": str(hum)})
    text = "one \U00020000 two, three"
    said = list(engine.methods["speak"]({"voice": "af_sky", "speed": 1.0}, phrases(text), context))
    units = text.encode("utf-16-le")
    told = [units[2 * word["from"] : 2 * word["to"]].decode("utf-16-le") for word in words_of(said)]
    assert told == text.split()


def test_faster_is_shorter(hum: Path, context: Context) -> None:
    engine = kokoro.load({"model": str(hum)})
    slow, fast = (
        seconds(list(engine.methods["speak"]({"voice": "af_sky", "speed": speed}, phrases("A few words."), context)))
        for speed in (0.5, 1.5)
    )
    assert fast < slow / 2


def test_who_reads_slowly_keeps_nobody_waiting(hum: Path, context: Context) -> None:
    engine = kokoro.load({"model": str(hum)})
    speak = engine.methods["speak"]
    slow = iter(speak({"voice": "af_sky"}, phrases("A sentence that is being read. " * 20), context))
    next(slow)
    # With the model held by the one who has stopped reading, this would wait until it is refused.
    assert seconds(list(speak({"voice": "am_adam"}, phrases("Somebody else."), context))) > 0


def test_a_cancel_ends_it_between_two_chunks(hum: Path) -> None:
    engine = kokoro.load({"model": str(hum)})
    cancelled = threading.Event()
    context = Context(cancelled, lambda level, message, fields: None)
    heard = []
    with pytest.raises(Cancelled):
        for chunk in engine.methods["speak"]({"voice": "af_sky"}, phrases("One. Two. Three. Four."), context):
            heard.append(chunk)
            cancelled.set()
    assert len(heard) == 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"voice": "nobody"}, "unknown_voice"),
        ({"voice": "af_sky", "speed": 9}, "invalid_value"),
        ({"voice": "af_sky", "speed": "fast"}, "invalid_value"),
    ],
)
def test_wishes_that_cannot_be_met_have_names(hum: Path, context: Context, params: dict, code: str) -> None:
    engine = kokoro.load({"model": str(hum)})
    with pytest.raises(WorkerError) as failure:
        list(engine.methods["speak"](params, phrases("Hello."), context))
    assert failure.value.code == code


def test_pickles_among_the_voices_are_not_opened(hum: Path, tmp_path: Path) -> None:
    (tmp_path / "kokoro-v1.0.onnx").write_bytes((hum / "kokoro-v1.0.onnx").read_bytes())
    with (tmp_path / "voices-v1.0.bin").open("wb") as file:
        np.savez(file, af_bad=np.array([{"a": 1}], dtype=object))
    with pytest.raises(SettingsError, match="the voice af_bad is damaged"):
        kokoro.load({"model": str(tmp_path)})


def test_nothing_is_fetched(hum: Path) -> None:
    """Every connection is refused before it is made."""
    program = f"""
import socket, sys
def refuse(*_): raise AssertionError("a connection")
socket.socket.connect = socket.getaddrinfo = refuse
from parley_workers.engines import kokoro
kokoro.load({{"model": {str(hum)!r}}})
import os
assert os.environ["HF_HUB_OFFLINE"] == "1"
"""
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
