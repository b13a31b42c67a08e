"""XTTS speaks, on a model that nobody has taught anything."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import phrases, quiet, said, seconds, settings
from parley_workers.engine import Cancelled, Context, Engine, WorkerError
from parley_workers.engines.xtts.files import Files
from parley_workers.engines.xtts.model import Model, load_model, read_speakers
from parley_workers.engines.xtts.options import read_options
from parley_workers.engines.xtts.reading import TOKEN_S

RATE = 24_000


@pytest.fixture(scope="module")
def model(folder: Path, files: Files) -> Model:
    return load_model(files, "cpu", read_options(settings(folder, stream_chunk=10)))


def test_sound_comes_in_pieces_while_more_is_made(model: Model, files: Files) -> None:
    voice = read_speakers(files)["Ada Example"]
    tokens = 0

    def count() -> None:
        nonlocal tokens
        tokens += 1

    made = []
    for piece in model.say("good morning", voice, 1.0, 35, count):
        made.append((len(piece), tokens))
    # The thirty-fifth token is the last, and a piece comes with every tenth.
    assert [tokens for _, tokens in made] == [9, 19, 29, 35]
    assert sum(length for length, _ in made) == pytest.approx(35 * TOKEN_S * RATE, abs=RATE * TOKEN_S)


def test_a_check_that_raises_ends_it_within_a_token(model: Model, files: Files) -> None:
    voice = read_speakers(files)["Ada Example"]
    tokens = 0

    def check() -> None:
        nonlocal tokens
        tokens += 1
        if tokens == 13:
            raise Cancelled

    pieces = model.say("good morning", voice, 1.0, 100, check)
    next(pieces)
    with pytest.raises(Cancelled):
        next(pieces)
    assert tokens == 13


def test_the_same_seed_says_the_same(model: Model, files: Files) -> None:
    voices = read_speakers(files)
    ada, again, ben = (
        np.concatenate(list(model.say("yes", voices[name], 1.0, 12, lambda: None)))
        for name in ("Ada Example", "Ada Example", "Ben Example")
    )
    assert np.array_equal(ada, again) and not np.array_equal(ada, ben)


def test_faster_is_shorter(model: Model, files: Files) -> None:
    voice = read_speakers(files)["Ada Example"]
    slow, fast = (sum(len(piece) for piece in model.say("yes", voice, speed, 20, lambda: None)) for speed in (0.5, 1.5))
    assert fast < slow / 2


def test_it_speaks_phrases_in_order_and_says_when_each_is_done(engine: Engine, context: Context) -> None:
    chunks = said(engine, context, "A.", " ", "[](…)", "B.")
    assert [chunk.data["phrase"] for chunk in chunks if chunk.data.get("done")] == [0, 1, 2, 3]
    assert seconds([chunk for chunk in chunks if chunk.data["phrase"] in (1, 2)]) == 0
    # The model never finds its end: what bounds it is how long two characters may last.
    assert all(2 < seconds([chunk for chunk in chunks if chunk.data["phrase"] == index]) < 3 for index in (0, 3))


def test_a_cancel_ends_a_clause_in_its_middle(engine: Engine) -> None:
    cancelled = threading.Event()
    chunks = []
    with pytest.raises(Cancelled):
        for chunk in engine.methods["speak"]({"voice": "Ada Example"}, phrases("A."), quiet(cancelled)):
            chunks.append(chunk)
            cancelled.set()
    assert len(chunks) == 1
    assert engine.stats is not None and engine.stats()["waiting"] == 0
    assert seconds(said(engine, quiet(threading.Event()), "B.")) > 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"voice": ""}, "unknown_voice"),
        ({"voice": "Nobody"}, "unknown_voice"),
        ({"voice": "sha256:" + "0" * 64}, "unknown_voice"),
        ({"speed": 9}, "invalid_value"),
    ],
)
def test_wishes_that_cannot_be_met_have_names(
    engine: Engine, context: Context, params: dict[str, Any], code: str
) -> None:
    with pytest.raises(WorkerError) as failure:
        said(engine, context, "A.", **params)
    assert failure.value.code == code
