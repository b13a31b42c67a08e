"""What the tests of XTTS share. They run in the environment that has coqui-tts and torch."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

torch = pytest.importorskip("torch", reason="the tests of XTTS need torch and coqui-tts")
pytest.importorskip("TTS", reason="the tests of XTTS need torch and coqui-tts")

import tiny_xtts
from parley_workers.engine import Chunk, Context, Engine
from parley_workers.engines import xtts
from parley_workers.engines.xtts.files import Files, find_files

LONG_S = 120.0


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed by a test; copy it first."""
    return tiny_xtts.make(tmp_path_factory.mktemp("xtts"))


@pytest.fixture(scope="session")
def engine(folder: Path) -> Engine:
    return xtts.load(settings(folder))


@pytest.fixture(scope="session")
def files(folder: Path) -> Files:
    return find_files(folder)


@pytest.fixture
def context() -> Context:
    return quiet(threading.Event())


def settings(folder: Path, **more: Any) -> dict[str, Any]:
    return {"model": str(folder), "device": "cpu", "agreed": True, "threads": 1, "seed": 5, **more}


def quiet(cancelled: threading.Event) -> Context:
    return Context(cancelled, lambda level, message, fields: None)


def phrases(*texts: str) -> Iterator[Chunk]:
    for index, text in enumerate(texts):
        yield Chunk({"index": index, "from": 0, "text": text, "last": True})


def said(engine: Engine, context: Context, *texts: str, **params: Any) -> list[Chunk]:
    return list(engine.methods["speak"]({"voice": "Ada Example", **params}, phrases(*texts), context))


def seconds(chunks: list[Chunk]) -> float:
    return sum(len(chunk.body) for chunk in chunks) / 48_000


def until(holds: Callable[[], bool]) -> None:
    """States of other threads have no bell."""
    waiting = threading.Event()
    for _ in range(int(LONG_S * 1000)):
        if holds():
            return
        waiting.wait(0.001)
    raise AssertionError("it never came to that")
