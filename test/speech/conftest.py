"""What the tests of local speech share. They run in the environment that has the engines: `npm test` sees to that."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from parley_workers.engine import Chunk, Context


@pytest.fixture(scope="session")
def hum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in Kokoro's layout."""
    tiny_kokoro = pytest.importorskip("tiny_kokoro", reason="Kokoro's package or onnx is not installed")
    return tiny_kokoro.make(tmp_path_factory.mktemp("kokoro"))


@pytest.fixture
def context() -> Context:
    return Context(threading.Event(), lambda level, message, fields: None)


def phrases(*texts: str) -> Iterator[Chunk]:
    for index, text in enumerate(texts):
        yield Chunk({"index": index, "from": 0, "text": text, "last": True})


def seconds(chunks: list[Chunk]) -> float:
    return sum(len(chunk.body) for chunk in chunks) / 48_000


def words_of(chunks: list[Chunk]) -> list[dict[str, Any]]:
    return [word for chunk in chunks for word in chunk.data.get("words", [])]
