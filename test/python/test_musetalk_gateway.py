"""What the gateway and the worker both have to know, each in its own language, is the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="MuseTalk's loop needs numpy")
pytest.importorskip("cv2", reason="MuseTalk's patches need opencv-python-headless")

from parley_workers.musetalk import reply, schedule, windows  # noqa: E402

SOURCES = Path(__file__).parents[2] / "src"


def number(file: str, name: str) -> int:
    return int(re.search(rf"^const {name} = (?:LOOK_AHEAD_FRAMES \+ )?(\d+);", (SOURCES / file).read_text(), re.M)[1])


def test_how_far_ahead_sound_is_read() -> None:
    assert number("engines/face/musetalk.ts", "LOOK_AHEAD_FRAMES") == windows.LOOK_AHEAD_PICTURES
    beyond = number("engines/face/musetalk.ts", "READ_AHEAD")
    assert windows.LOOK_AHEAD_PICTURES + beyond == reply.READ_AHEAD


def test_how_long_the_voice_waits_for_its_first_picture() -> None:
    assert number("conversation/pairing.ts", "PATIENCE_MS") / 1000 == reply.PATIENCE_S


def test_what_is_too_late_for_the_caller_is_not_drawn() -> None:
    assert number("conversation/response.ts", "AHEAD_MS") / 1000 == reply.PATIENCE_S + schedule.LOST_S
