"""Streams of Whisper's engine, with a model that hears what it is told to, when it may."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from parley_workers.engine import Cancelled, Method, WorkerError
from parley_workers.engines.whisper.desk import Desk
from parley_workers.engines.whisper.listen import listening, plain_prompt
from parley_workers.engines.whisper.measures import Measures
from parley_workers.engines.whisper.model import Model, started
from parley_workers.engines.whisper.options import read_options
from whisper_fakes import FIXTURE, HANG_S, FakeWhisper, Stream, silence, voice


def engine(whisper: FakeWhisper, places: int = 1) -> Method:
    return listening(Model("cpu", lambda device: whisper), Desk(places), Measures(places))


def test_words_come_while_they_are_spoken_and_once_more_at_the_end() -> None:
    whisper = FakeWhisper("Tell", "Tell me", "Tell me a story.")
    stream = Stream(engine(whisper)).say(voice(0.7))
    assert stream.next() == {"kind": "partial", "text": "Tell"}
    stream.say(voice(0.5))
    assert stream.next() == {"kind": "partial", "text": "Tell me"}
    assert stream.say(voice(0.3)).end().rest() == [{"kind": "final", "text": "Tell me a story."}]
    assert [round(seconds, 1) for seconds in whisper.seconds] == [0.7, 1.2, 1.5]
    assert [asked["temperature"] for asked in whisper.asked] == [0.0, 0.0, (0.0, 0.4)]


def test_the_same_words_are_not_told_twice_and_none_not_at_all() -> None:
    whisper = FakeWhisper("", "Tell", "Tell", "Tell me")
    stream = Stream(engine(whisper)).say(voice(0.7))
    for growth in (0.5, 0.5):
        whisper.begun.get(timeout=HANG_S)
        stream.say(voice(growth))
    assert stream.next() == {"kind": "partial", "text": "Tell"}
    whisper.begun.get(timeout=HANG_S)
    assert stream.say(voice(0.6)).next() == {"kind": "partial", "text": "Tell me"}
    assert [item["kind"] for item in stream.end().rest()] == ["final"]


def test_what_was_known_in_the_pause_is_not_decoded_again() -> None:
    whisper = FakeWhisper("Tell me a story.", "never")
    stream = Stream(engine(whisper)).say(np.concatenate([voice(1), silence(0.3)]))
    assert stream.next() == {"kind": "partial", "text": "Tell me a story."}
    assert stream.say(silence(0.7)).end().rest() == [{"kind": "final", "text": "Tell me a story."}]
    assert len(whisper.seconds) == 1


def test_a_partial_under_way_is_waited_for_and_the_end_is_heard_behind_it() -> None:
    whisper = FakeWhisper("Tell me", "Tell me a story.")
    whisper.hold()
    stream = Stream(engine(whisper)).say(voice(0.7))
    whisper.begun.get(timeout=HANG_S)
    stream.say(voice(2)).end()
    whisper.may_go_on.release(1000)
    assert stream.rest()[-1] == {"kind": "final", "text": "Tell me a story."}
    assert [round(seconds, 1) for seconds in whisper.seconds][:: len(whisper.seconds) - 1] == [0.7, 2.7]


def in_line(desk: Desk, count: int) -> None:
    while desk.waiting < count:
        threading.Event().wait(0.001)


def test_who_has_ended_comes_before_who_is_still_speaking() -> None:
    whisper = FakeWhisper()
    whisper.hold()
    desk = Desk(1)
    hear = listening(Model("cpu", lambda device: whisper), desk, Measures(1))
    first = Stream(hear).say(voice(1)).end()
    assert whisper.begun.get(timeout=HANG_S) == pytest.approx(1.0)
    speaking = Stream(hear).say(voice(0.75))
    in_line(desk, 1)
    ended = Stream(hear).say(voice(0.5)).end()
    in_line(desk, 2)
    whisper.may_go_on.release()
    assert first.rest()[-1] == {"kind": "final", "text": "words"}
    assert whisper.begun.get(timeout=HANG_S) == pytest.approx(0.5)
    whisper.may_go_on.release()
    assert ended.rest() == [{"kind": "final", "text": "words"}]
    whisper.may_go_on.release(1000)
    assert speaking.end().rest()[-1] == {"kind": "final", "text": "words"}


def test_a_cancelled_caller_is_rid_of_it_while_the_decoding_goes_on() -> None:
    whisper = FakeWhisper()
    whisper.hold()
    hear = engine(whisper)
    running = Stream(hear).say(voice(1)).end()
    whisper.begun.get(timeout=HANG_S)
    waiting = Stream(hear).say(voice(0.5)).end()
    for stream in (running, waiting):
        stream.cancel()
        with pytest.raises(Cancelled):
            stream.rest()
    whisper.may_go_on.release(1000)
    assert Stream(hear).say(voice(0.3)).end().rest() == [{"kind": "final", "text": "words"}]
    assert [round(seconds, 1) for seconds in whisper.seconds] in ([1.0, 0.3], [1.0, 0.5, 0.3])


def test_sound_that_cannot_be_read_is_told() -> None:
    def chunks() -> Any:
        yield from ()
        raise ValueError("the wire")

    stream = Stream(lambda params, _, context: engine(FakeWhisper())(params, chunks(), context))
    with pytest.raises(ValueError, match="the wire"):
        stream.rest()


@pytest.mark.parametrize(
    ("languages", "asked", "told"),
    [
        (("en", "de"), "de", "de"),
        (("en", "de"), "de-AT", "de"),
        (("en", "de"), "EN_us", "en"),
        (("en", "de"), "tlh", None),
        (("en", "de"), None, None),
        (("en",), "de", "en"),
        (("en",), None, "en"),
    ],
)
def test_the_language_of_the_caller_is_the_models_if_it_has_it(
    languages: tuple[str, ...], asked: str | None, told: str | None
) -> None:
    whisper = FakeWhisper(languages=languages)
    Stream(engine(whisper), {"language": asked}).say(voice(0.5)).end().rest()
    assert whisper.asked[0]["language"] == told


def test_a_language_that_is_hardly_recognised_is_looked_for_again() -> None:
    whisper = FakeWhisper(languages=("en", "de"))
    whisper.detected = ("de", 0.3)
    stream = Stream(engine(whisper)).say(voice(0.7))
    stream.next()
    whisper.detected = ("en", 0.8)
    stream.say(voice(0.6)).end().rest()
    assert whisper.asked[1]["language"] is None


@pytest.mark.parametrize(
    ("prompt", "told"),
    [(None, None), ("  ", None), ("Parley, Kyutai", "Parley, Kyutai"), ("a<|endoftext|>b", "a< endoftext|>b")],
)
def test_a_prompt_is_a_hint_for_every_window(prompt: str | None, told: str | None) -> None:
    assert plain_prompt(prompt) == told
    whisper = FakeWhisper()
    Stream(engine(whisper), {"prompt": prompt}).say(np.concatenate([voice(28), voice(28)])).end().rest()
    assert {asked["hotwords"] for asked in whisper.asked} == {told} and len(whisper.asked) > 1


@pytest.mark.parametrize("name", ["language", "prompt"])
def test_a_parameter_that_is_no_text_is_refused(name: str) -> None:
    with pytest.raises(WorkerError, match=name):
        Stream(engine(FakeWhisper()), {name: 5}).end().rest()


@pytest.mark.parametrize("beam", [1, 5])
def test_as_many_beams_are_followed_as_were_asked_for(beam: int) -> None:
    whisper = FakeWhisper()
    model = started(read_options({"model": str(FIXTURE), "device": "cpu", "beam": beam}), lambda _: whisper, False)
    model.hear(voice(1), None, None, True, print)
    assert {asked["beam_size"] for asked in whisper.asked} == {beam}


def test_what_goes_round_in_circles_is_bounded_by_the_sound() -> None:
    whisper = FakeWhisper()
    for seconds in (0.5, 28):
        Stream(engine(whisper)).say(voice(seconds)).end().rest()
    bounds = [whisper.asked[0]["max_new_tokens"], whisper.asked[-1]["max_new_tokens"]]
    assert bounds == [34, 220]
