"""What the encoder refuses, and what a message may hold, beyond the golden frames."""

from __future__ import annotations

import io

import pytest
from parley_workers import messages
from parley_workers.frames import MAX_BODY_BYTES, MAX_HEADER_BYTES, Frame, WireError, encode_frame, read_frame


def nested(levels: int) -> list:
    value: list = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    "header",
    [
        {"pad": "p" * MAX_HEADER_BYTES},
        {"deep": nested(64)},
        {"deep": nested(900)},
        {"value": float("nan")},
        {"value": float("inf")},
        {"value": object()},
        {"name": "\udc80 from a file name"},
    ],
)
def test_a_header_that_parley_would_refuse_is_not_written(header: dict) -> None:
    with pytest.raises(WireError):
        encode_frame(header)


def test_a_body_that_parley_would_refuse_is_not_written() -> None:
    assert len(encode_frame({}, bytes(MAX_BODY_BYTES))) == 8 + 2 + MAX_BODY_BYTES
    with pytest.raises(WireError, match="body"):
        encode_frame({}, bytes(MAX_BODY_BYTES + 1))


def test_a_body_may_be_a_view_of_anything() -> None:
    samples = memoryview(bytes(range(8))).cast("h")
    frame = read_frame(io.BytesIO(encode_frame({}, samples)))
    assert frame == Frame({}, bytes(range(8)))


def test_brackets_inside_strings_do_not_count() -> None:
    header = {"text": '[{"\\' * 100, "more": ['"]']}
    frame = read_frame(io.BytesIO(encode_frame(header)))
    assert frame is not None and frame.header == header


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stream", True),
        ("stream", -1),
        ("stream", "0"),
        ("generation", 1.5),
        ("generation", 2**53),
        ("method", ""),
        ("method", "m" * 65),
        ("params", []),
        ("params", None),
        ("credit", 1025),
    ],
)
def test_a_field_with_a_wrong_value_is_named(field: str, value: object) -> None:
    header = {"type": "open", "stream": 0, "generation": 1, "method": "m", "params": {}, "credit": 1}
    messages.parse_to_worker(Frame(dict(header)))
    with pytest.raises(WireError, match=field):
        messages.parse_to_worker(Frame({**header, field: value}))


def test_a_number_too_large_for_a_float_is_refused_and_not_a_crash() -> None:
    with pytest.raises(WireError, match="at"):
        messages.parse_to_worker(Frame({"type": "ping", "at": 10**400}))
