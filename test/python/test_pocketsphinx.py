"""The parts of the PocketSphinx engine: its settings, dictionary, places, sound and evidence, and one whole ear."""

from __future__ import annotations

import threading
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from parley_workers.engine import Cancelled, Chunk, Context, SettingsError, WorkerError
from parley_workers.engines.pocketsphinx.dictionary import read_dictionary
from parley_workers.engines.pocketsphinx.evidence import WORST, begin_alike, evidence, is_said, longest_stray, slips
from parley_workers.engines.pocketsphinx.grammar import read_grammar, read_places
from parley_workers.engines.pocketsphinx.listen import listening
from parley_workers.engines.pocketsphinx.sound import BLOCK_BYTES, blocks
from parley_workers.engines.pocketsphinx.transcript import Part
from parley_workers.places import Places

GOOD = {"words": ["tell", "me"], "arcs": [[0, 1, 0], [1, 2, 1]], "ends": [2], "pronunciations": {"me": "M IY"}}


def context(cancelled: threading.Event | None = None) -> Context:
    return Context(cancelled or threading.Event(), lambda level, message, fields: None)


def words(*texts: str, fit: int = -1000) -> list[Part]:
    """Every letter is a phone, and a phone takes ten frames."""
    parts, at = [], 0
    for text in texts:
        parts.append(Part(text, tuple(text), at, at + 10 * len(text) - 1, fit * len(text)))
        at += 10 * len(text)
    return parts


# --- settings ---------------------------------------------------------------------------------------------------------


def test_a_grammar_is_read() -> None:
    grammar = read_grammar(GOOD)
    assert [(arc.origin, arc.target, arc.word) for arc in grammar.arcs] == [(0, 1, "tell"), (1, 2, "me")]
    assert (grammar.states, grammar.ends, grammar.pronunciations) == (3, (2,), {"me": "M IY"})


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("words", None, "words"),
        ("words", [1], "words"),
        ("arcs", [], "arcs is empty"),
        ("arcs", [[0, 1]], r"arcs\[0\]"),
        ("arcs", [[0, 1, 0], [0, -1, 0]], r"arcs\[1\]"),
        ("arcs", [[0, 1, True]], r"arcs\[0\]"),
        ("arcs", [[0, 1, 2]], "there are 2"),
        ("ends", [], "ends"),
        ("ends", [3], "3"),
        ("ends", ["2"], "ends"),
        ("pronunciations", {"me": 1}, "pronunciations"),
        ("pronunciations", None, "pronunciations"),
    ],
)
def test_a_grammar_that_cannot_be_right_is_refused_by_name(field: str, value: Any, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_grammar(GOOD | {field: value})


def test_a_phrase_is_known_from_its_beginning() -> None:
    grammar = read_grammar(GOOD | {"arcs": [[0, 1, 0], [1, 2, 1], [0, 2, 1], [2, 3, 0]], "ends": [2, 3]})
    assert grammar.has(["tell", "me"]) and grammar.has(["me"]) and grammar.has(["me", "tell"])
    assert not any(grammar.has(words) for words in ([], ["tell"], ["tell", "tell"], ["me", "tell", "me"], ["us"]))


@pytest.mark.parametrize("places", [None, 0, 17, 1.5, True, "4"])
def test_a_number_of_places_that_cannot_be_right_is_refused(places: Any) -> None:
    with pytest.raises(SettingsError, match="places"):
        read_places({"places": places})


def test_the_dictionary_holds_every_way_to_say_a_word_the_persona_s_first(tmp_path: Path) -> None:
    file = tmp_path / "some.dict"
    file.write_text("read R IY D\nread(2) R EH D\nred R EH D\nunused AH N\n")
    dictionary = read_dictionary(file, {"read", "red"}, {"red": "R AE D", "kokoro": "K OW K"})
    assert dictionary.ways("read") == [("R", "IY", "D"), ("R", "EH", "D")]
    assert dictionary.ways("red") == [("R", "AE", "D"), ("R", "EH", "D")]
    assert "kokoro" in dictionary and "unused" not in dictionary
    out = tmp_path / "part.dict"
    dictionary.write(out, ["red", "kokoro"])
    assert out.read_text() == "red R AE D\nred(2) R EH D\nkokoro K OW K\n"


@pytest.mark.parametrize("phones", ["", "QQ", "K AH1"])
def test_a_pronunciation_with_a_phone_that_does_not_exist_is_refused_by_name(tmp_path: Path, phones: str) -> None:
    file = tmp_path / "some.dict"
    file.write_text("")
    with pytest.raises(SettingsError, match="kokoro"):
        read_dictionary(file, set(), {"kokoro": phones})


# --- places -----------------------------------------------------------------------------------------------------------


def test_places_are_given_to_who_came_first() -> None:
    places = Places(["only"], 20.0, "stt_failed", "listeners")
    order: list[int] = []
    with places.place(context()):
        threads = []
        for n in range(4):
            thread = threading.Thread(target=lambda n=n: _enter(places, order, n))
            thread.start()
            threads.append(thread)
            while places.waiting <= n:
                thread.join(0.001)
        assert (places.taken, places.waiting) == (1, 4)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]
    assert (places.taken, places.waiting) == (0, 0)


def _enter(places: Places[str], order: list[int], n: int) -> None:
    with places.place(context()):
        order.append(n)


def test_a_wait_for_a_place_ends_with_its_bound_and_with_a_cancel() -> None:
    places = Places(["only"], 0.0, "stt_failed", "listeners")
    cancelled = threading.Event()
    cancelled.set()
    with places.place(context()):
        with pytest.raises(WorkerError, match="1 listeners") as refused, places.place(context()):
            pass
        assert refused.value.retryable
        with pytest.raises(Cancelled), places.place(context(cancelled)):
            pass
        assert places.waiting == 0
    with places.place(context()) as thing:
        assert thing == "only"


def test_a_place_comes_back_when_its_user_fails() -> None:
    places = Places(["only"], 0.0, "stt_failed", "listeners")
    with pytest.raises(ZeroDivisionError), places.place(context()):
        raise ZeroDivisionError
    assert places.taken == 0


# --- sound and evidence -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [[1] * 7, [BLOCK_BYTES * 3 + 2], [BLOCK_BYTES - 1, 2, BLOCK_BYTES + 1], []])
def test_sound_is_the_same_in_blocks_and_no_sample_is_cut(sizes: list[int]) -> None:
    sound = bytes(range(256)) * (sum(sizes) // 256 + 1)
    ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
    chunks = [Chunk({}, sound[end - size : end]) for size, end in zip(sizes, ends)]
    found = list(blocks(iter(chunks)))
    whole = sum(sizes) - sum(sizes) % 2
    assert b"".join(found) == sound[:whole]
    assert all(len(block) % 2 == 0 and len(block) <= BLOCK_BYTES for block in found)


def test_slips_are_counted() -> None:
    assert slips("kitten", "sitting") == 3
    assert slips("", "abc") == slips("abc", "") == 3
    assert slips("abc", "abc") == 0


def test_what_both_hear_was_said_and_what_they_hear_differently_was_not() -> None:
    phrase = words("tell", "me", "more")
    assert is_said(phrase, words("tell", "me", "more"))
    assert is_said(phrase, words("tall", "me", "more"))
    assert not is_said(phrase, words("the", "stoc", "exc", fit=-800))
    assert not is_said([], [])
    assert not is_said([Part("", (), 0, 99, -5)], [])


def test_the_evidence_is_what_it_says() -> None:
    phrase = [*words("tell", "me"), Part("", (), 60, 99, -4000)]
    same = evidence(phrase, phrase)
    assert (same.distance, same.gap, same.worst) == (0, 0, 0)
    # "me" fits ten a frame worse than what was dictated there.
    other = evidence(phrase, [*words("tell"), Part("us", tuple("us"), 40, 59, -1800), *at(60, words("more"))])
    assert other.distance == 4 / 10
    assert other.gap == pytest.approx(-200 / 60)
    assert other.worst == -10
    assert evidence([], []).worst == WORST


def test_a_phrase_with_another_sentence_beside_it_was_not_said() -> None:
    after = Part("", (), 40, 199, -16_000)
    phrase = [*words("tell"), after]
    assert is_said(phrase, [*words("tell"), after])
    assert is_said(phrase, [*words("tell"), *at(40, words("um")), Part("", (), 60, 199, -14_000)])
    sentence = [*words("tell"), *at(40, words("moreandmore")), Part("", (), 150, 199, -5000)]
    assert longest_stray(phrase, sentence) == 110
    assert not is_said(phrase, sentence)


def test_two_that_begin_alike_have_the_same_first_word() -> None:
    pause = Part("", (), 0, 9, -1000)
    assert begin_alike(words("tell", "me"), [pause, *words("tell", "us")])
    assert not begin_alike(words("tell", "me"), words("me", "tell"))
    assert not begin_alike(words("tell"), [pause]) and not begin_alike([pause], [pause])


def test_a_dictation_that_ended_earlier_is_no_accident() -> None:
    assert evidence(words("tell", "me"), words("tell")).worst < 0


def at(frame: int, parts: list[Part]) -> list[Part]:
    return [replace(part, first=part.first + frame, last=part.last + frame) for part in parts]


# --- an ear, where PocketSphinx is there ------------------------------------------------------------------------------


def recording(name: str) -> bytes:
    with wave.open(str(Path(__file__).parents[1] / "fixtures/hearing" / f"{name}.wav")) as sound:
        return sound.readframes(sound.getnframes())


def test_an_ear_keeps_nothing_of_the_last_utterance() -> None:
    pytest.importorskip("pocketsphinx")
    from parley_workers.engines.pocketsphinx import decoders
    from parley_workers.engines.pocketsphinx.utterance import Ear

    story = ["tell", "me", "a", "story"]
    arcs = [[n, n + 1, n] for n in range(4)]
    grammar = read_grammar({"words": story, "arcs": arcs, "ends": [4], "pronunciations": {}})
    dictionary = read_dictionary(decoders.DICTIONARY_FILE, {*story, *decoders.usual_words()}, {})
    [dictation] = decoders.dictation_decoders(1, grammar, dictionary)
    ear = Ear(decoders.grammar_decoder(grammar, dictionary), dictation, dictionary, grammar)

    def heard(pcm: bytes) -> tuple[list[Part], list[Part]]:
        with ear.utterance():
            for at in range(0, len(pcm), BLOCK_BYTES):
                ear.hear(pcm[at : at + BLOCK_BYTES])
            ear.end()
            return ear.phrase(), ear.dictation()

    first = heard(recording("tell-me-a-story"))
    assert [part.text for part in first[0] if part.text] == story
    heard(recording("capital-of-france"))
    # To the last digit of every fit: what was learnt of another caller's noise would show there.
    assert heard(recording("tell-me-a-story")) == first


# --- listening --------------------------------------------------------------------------------------------------------


class ScriptedVoice:
    heard = True


class ScriptedEar:
    """Hears a word more with each block, up to three. Which words are a whole phrase is for the test to say."""

    def __init__(self, whole: tuple[str, ...] = ("again",)) -> None:
        self.voice = ScriptedVoice()
        self.blocks = 0
        self.ended = False
        self.too_long = False
        self.whole = whole

    def utterance(self) -> ScriptedEar:
        return self

    def __enter__(self) -> None:
        self.blocks, self.ended = 0, False

    def __exit__(self, *_: object) -> None:
        self.ended = True

    def hear(self, pcm: bytes) -> None:
        self.blocks += 1

    def end(self) -> None:
        self.ended = True

    def phrase(self) -> list[Part]:
        return words(*["again"] * min(3, self.blocks))

    dictation = phrase

    def is_whole(self, phrase: list[Part]) -> bool:
        return tuple(part.text for part in phrase) == self.whole


def run(ear: ScriptedEar, size: int, cancelled: threading.Event | None = None, pace: float = 0.1) -> Iterator[Chunk]:
    clock = iter(range(10_000))
    method = listening(Places([ear], 0.0, "stt_failed", "listeners"), now=lambda: next(clock) * pace)  # type: ignore[list-item]
    return method({}, iter([Chunk({}, bytes(size))]), context(cancelled))


def partials_of(answers: Iterator[Chunk]) -> list[str]:
    return [chunk.data["text"] for chunk in answers if chunk.data["kind"] == "partial"]


def test_partials_come_with_each_piece_of_live_sound_when_they_changed() -> None:
    answers = list(run(ScriptedEar(), 8 * BLOCK_BYTES))
    assert partials_of(iter(answers)) == ["again", "again again", "again again again"]
    assert answers[-1].data == {"kind": "final", "text": "again again again"}


def test_who_catches_up_gives_partials_at_most_every_50_ms() -> None:
    assert partials_of(run(ScriptedEar(), 8 * BLOCK_BYTES, pace=0.03)) == ["again again", "again again again"]


def test_a_first_word_is_told_if_it_is_a_phrase() -> None:
    assert partials_of(run(ScriptedEar(whole=()), 2 * BLOCK_BYTES)) == ["again again"]


def test_words_are_told_only_if_the_dictation_begins_with_the_same() -> None:
    ear = ScriptedEar()
    ear.dictation = lambda: words("agaim", "again", "again")[: min(3, ear.blocks)]
    answers = list(run(ear, 8 * BLOCK_BYTES))
    assert [chunk.data["kind"] for chunk in answers] == ["final"]


def test_who_talks_too_long_is_unclear_and_keeps_no_place() -> None:
    ear = ScriptedEar()
    ear.too_long = True
    places = Places([ear], 0.0, "stt_failed", "listeners")
    rest: list[int] = []

    def sound() -> Iterator[Chunk]:
        yield Chunk({}, bytes(BLOCK_BYTES))
        rest.append(places.taken)
        yield Chunk({}, bytes(BLOCK_BYTES))

    answers = listening(places)({}, sound(), context())  # type: ignore[arg-type]
    assert [chunk.data for chunk in answers] == [{"kind": "unclear"}]
    # What came behind was taken, and nobody else had to wait for it.
    assert rest == [0]


def test_a_cancel_ends_the_utterance_and_gives_the_place_back() -> None:
    ear, cancelled = ScriptedEar(), threading.Event()
    answers = run(ear, 8 * BLOCK_BYTES, cancelled)
    assert next(answers).data["kind"] == "partial"
    cancelled.set()
    with pytest.raises(Cancelled):
        next(answers)
    assert ear.ended
