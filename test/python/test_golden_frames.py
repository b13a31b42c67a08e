"""The golden frames, read and written by Python. test/unit/worker-frames.test.ts does the same with the same files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from parley_workers import messages
from parley_workers.frames import Frame, WireError, encode_frame, read_frame

FOLDER = Path(__file__).parent.parent / "fixtures" / "worker-frames"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
GOOD = [name for name in NAMES if not name.startswith("refused-")]
REFUSED = [name for name in NAMES if name.startswith("refused-")]


def description(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def bytes_of(name: str) -> bytes:
    return (FOLDER / f"{name}.bin").read_bytes()


def parser(name: str):
    return messages.parse_to_worker if name.startswith("to-worker") else messages.parse_from_worker


def read_all(source) -> list[Frame]:
    frames = []
    while (frame := read_frame(source)) is not None:
        frames.append(frame)
    return frames


class OneByteAtATime(io.RawIOBase):
    """A pipe that gives one byte per read, below the buffer that serve.py reads through."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        byte = self._data.read(1)
        buffer[: len(byte)] = byte
        return len(byte)


def test_the_folder_is_there() -> None:
    assert len(GOOD) > 15 and len(REFUSED) > 20
    assert sorted(path.stem for path in FOLDER.glob("*.bin")) == NAMES


@pytest.mark.parametrize("name", GOOD)
def test_read_as_described(name: str) -> None:
    expected = description(name)
    (frame,) = read_all(io.BytesIO(bytes_of(name)))
    assert json.dumps(frame.header) == json.dumps(expected["header"])
    assert frame.body.hex() == expected["body"]
    parser(name)(frame)


@pytest.mark.parametrize("name", GOOD)
def test_written_as_described(name: str) -> None:
    expected = description(name)
    assert encode_frame(expected["header"], bytes.fromhex(expected["body"])) == bytes_of(name)


@pytest.mark.parametrize("name", GOOD)
def test_a_message_that_was_read_is_written_as_it_was(name: str) -> None:
    (frame,) = read_all(io.BytesIO(bytes_of(name)))
    assert messages.encode_message(parser(name)(frame), frame.body) == bytes_of(name)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    source = io.BytesIO(bytes_of(name))
    if description(name)["as"] == "frame":
        with pytest.raises(WireError):
            read_all(source)
        return
    (frame,) = read_all(source)
    for parse in (messages.parse_to_worker, messages.parse_from_worker):
        with pytest.raises(WireError):
            parse(frame)


def test_every_message_has_a_golden_frame() -> None:
    seen = set()
    for name in GOOD:
        (frame,) = read_all(io.BytesIO(bytes_of(name)))
        seen.add(type(parser(name)(frame)))
    assert seen == set(messages.ToWorker.__args__) | set(messages.FromWorker.__args__)


def test_byte_by_byte() -> None:
    data = b"".join(bytes_of(name) for name in GOOD)
    assert read_all(io.BufferedReader(OneByteAtATime(data))) == read_all(io.BytesIO(data))


def test_every_truncation() -> None:
    data = bytes_of("to-worker-chunk")
    for length in range(1, len(data)):
        with pytest.raises(WireError, match="end inside a frame"):
            read_all(io.BytesIO(data[:length]))
    assert read_all(io.BytesIO(b"")) == []
