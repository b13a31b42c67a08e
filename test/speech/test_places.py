"""Who holds a thing for ever hangs, and the worker is told so."""

from __future__ import annotations

import threading
import time

from parley_workers.engine import Context
from parley_workers.engines.whisper.desk import Desk
from parley_workers.places import Places


def test_a_place_that_is_never_given_back(context: Context) -> None:
    places = Places(["only"], 20.0, "tts_failed", "voices")
    assert places.hung(0.0) is None
    with places.place(context):
        began = time.monotonic()
        assert places.hung(60.0) is None
        # However short: time goes on.
        while time.monotonic() == began:
            pass
        assert places.hung(0.0) == "one of 1 voices has been at the same thing for more than 0 s"
    assert places.hung(0.0) is None


def test_a_decoding_that_never_ends() -> None:
    clock = [0.0]
    desk = Desk(1, lambda: clock[0])
    begun, end = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        end.wait()

    over = threading.Event()
    desk.ask(work, True, over.set)
    assert begun.wait(30)
    assert desk.hung(180.0) is None
    clock[0] = 200.0
    assert desk.hung(180.0) == "a decoding has taken more than 180 s"
    end.set()
    assert over.wait(30) and desk.hung(180.0) is None
