"""The bytes between Parley and a worker: u32 header length | u32 body length | JSON header | body, little endian.

Knows nothing of messages, streams or processes. src/workers/frames.ts is its twin, and test/fixtures/worker-frames
holds both to the same bytes.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

MAX_HEADER_BYTES = 64 * 1024
# Ten seconds of speech at 24 kHz are half of this; anything longer belongs into several chunks.
MAX_BODY_BYTES = 1024 * 1024
# No message needs more than eight levels; Python's JSON reader gives up somewhere beyond a thousand.
MAX_DEPTH = 64
LENGTHS = struct.Struct("<II")

_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


class WireError(Exception):
    """The wire's rules are broken: by the peer when it comes out of reading, by us when it comes out of encoding."""


@dataclass(frozen=True)
class Frame:
    header: dict[str, Any]
    body: bytes = b""


class Source(Protocol):
    """A buffered binary stream: gives fewer bytes than asked for only at its end."""

    def read(self, count: int, /) -> bytes | None: ...


def encode_frame(header: dict[str, Any], body: bytes | memoryview = b"") -> bytes:
    """One frame. Raises WireError if the peer would have to refuse it."""
    try:
        # Compact, in the order given, plain UTF-8: what JSON.stringify writes. NaN is not JSON.
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        data = text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"the header cannot be written as JSON: {error}") from error
    length = memoryview(body).nbytes
    _check_lengths(len(data), length)
    _check_depth(data)
    return b"".join((LENGTHS.pack(len(data), length), data, body))


def read_frame(source: Source) -> Frame | None:
    """The next frame; None at the end between two frames. Raises WireError; there is nothing to read after that."""
    lengths = source.read(LENGTHS.size) or b""
    if not lengths:
        return None
    if len(lengths) < LENGTHS.size:
        raise WireError(f"the bytes end inside a frame ({len(lengths)} bytes into its lengths)")
    header_bytes, body_bytes = LENGTHS.unpack(lengths)
    _check_lengths(header_bytes, body_bytes)
    header = _parse_header(_read_exactly(source, header_bytes, "header"))
    return Frame(header, _read_exactly(source, body_bytes, "body"))


def _read_exactly(source: Source, count: int, part: str) -> bytes:
    if count == 0:
        return b""
    data = source.read(count) or b""
    if len(data) < count:
        raise WireError(f"the bytes end inside a frame ({len(data)} bytes into its {part})")
    return data


def _check_lengths(header_bytes: int, body_bytes: int) -> None:
    if not 2 <= header_bytes <= MAX_HEADER_BYTES:
        raise WireError(f"a header of {header_bytes} bytes; it has 2 to {MAX_HEADER_BYTES}")
    if body_bytes > MAX_BODY_BYTES:
        raise WireError(f"a body of {body_bytes} bytes; at most {MAX_BODY_BYTES}")


def _check_depth(data: bytes) -> None:
    if data.count(b"{") + data.count(b"[") <= MAX_DEPTH:
        return
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(data):
        first = match.group()[:1]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise WireError(f"a header nested more than {MAX_DEPTH} levels deep")
        elif first in b"]}":
            depth -= 1


def _parse_header(data: bytes) -> dict[str, Any]:
    _check_depth(data)
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise WireError(f"the header is not JSON in UTF-8: {error}") from error
    if not isinstance(value, dict):
        raise WireError("the header is not a JSON object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
