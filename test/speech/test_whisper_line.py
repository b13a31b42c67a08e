"""Whose turn it is at Whisper's model, by a clock that the test moves; and what the engine counts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from parley_workers.engines.whisper.line import MOST_SAVED_S, SHARE, Line, Turn
from parley_workers.engines.whisper.measures import Measures


def turn(is_final: bool = False) -> Turn:
    return Turn(lambda: None, is_final, lambda: None)


def test_ends_of_utterances_come_first_in_order() -> None:
    line = Line(1, 0.0)
    turns = [turn(), turn(True), turn(), turn(True)]
    for one in turns:
        line.join(one)
    order = []
    for _ in turns:
        one = line.next(0.0)
        assert isinstance(one, Turn)
        order.append(turns.index(one))
        line.done(one, 0.0)
    assert order == [1, 3, 0, 2] and line.next(0.0) is None


def test_partials_get_their_share_of_the_time_however_many_want_one() -> None:
    line, now, spent = Line(1, 0.0), 0.0, 0.0
    for _ in range(500):
        line.join(turn())
    while now < 120:
        one = line.next(now)
        if isinstance(one, Turn):
            now, spent = now + 0.4, spent + 0.4
            line.done(one, 0.4)
        else:
            assert one is not None and one > 0
            now += one
    assert 0.9 * SHARE < spent / now < 1.1 * SHARE


def test_a_long_rest_saves_up_no_more_than_a_partial() -> None:
    line, spent = Line(1, 0.0), 0.0
    for _ in range(50):
        line.join(turn())
    while isinstance(one := line.next(1000.0), Turn):
        line.done(one, 0.1)
        spent += 0.1
    assert spent <= MOST_SAVED_S + 0.1 + 1e-9


def test_the_ends_of_utterances_are_not_counted() -> None:
    line = Line(1, 0.0)
    line.join(turn(True))
    one = line.next(0.0)
    assert isinstance(one, Turn)
    line.done(one, 50.0)
    line.join(turn())
    assert isinstance(line.next(0.0), Turn)


def test_of_two_places_one_is_left_for_who_has_ended() -> None:
    line = Line(2, 0.0)
    first, second, end = turn(), turn(), turn(True)
    line.join(first)
    line.join(second)
    assert line.next(10.0) is first and line.next(10.0) is None
    line.join(end)
    assert line.next(10.0) is end
    line.done(first, 0.1)
    assert line.next(10.0) is second


def test_who_has_left_has_no_turn_and_whose_turn_has_come_cannot_leave() -> None:
    line = Line(1, 0.0)
    gone, comes = turn(True), turn(True)
    line.join(gone)
    line.join(comes)
    assert line.leave(gone) and not line.leave(gone)
    assert line.next(0.0) is comes and line.waiting == 0
    assert not line.leave(comes)


def test_what_was_counted_is_told() -> None:
    clock = iter(np.arange(0, 1000, 0.25))
    measures = Measures(1, lambda: float(next(clock)))
    for is_final in (False, True, True):
        with measures.decoding(1.0, is_final):
            pass
    measures.heard(was_known=True)
    measures.heard(was_known=False)
    told = measures.values()
    assert told["utterances"] == 2 and told["utterances_known"] == 1 and told["decodings"] == 3
    assert told["decode_seconds"] == 0.75 and told["realtime_factor"] == 0.25
    assert told["partial_share"] == pytest.approx(0.25 / 1.75, abs=1e-3)
    assert all(json.dumps(value) for value in told.values())
