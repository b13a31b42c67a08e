"""Every message of the worker wire, one dataclass each, checked field by field as it comes in.

docs/workers.md has them as a table with their meaning; src/workers/messages.ts is the twin. Fields are strict: both
ends ship together, so a field that one of them does not know is a mistake, not an extension.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from .frames import Frame, WireError, encode_frame

PROTOCOL = 1
# Exit code of a worker that refuses its settings or its parent's protocol: starting it again would not help.
EXIT_SETTINGS = 42
# The device failed: no later call in this process could succeed.
EXIT_LOST = 43
MAX_STREAMS = 1024
MAX_CREDIT = 1024
# Node counts exactly up to here.
MAX_INTEGER = 2**53 - 1
MAX_FLOAT = sys.float_info.max

Check = Callable[[Any], bool]


def whole(low: int, high: int = MAX_INTEGER) -> Check:
    def check(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        # JSON has one kind of number: 3.0 is 3.
        return low <= value <= high and value == int(value)

    return check


def number(value: Any) -> bool:
    # Compared, not converted: an integer of 400 digits is no float, and not-a-number is between no two numbers.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -MAX_FLOAT <= value <= MAX_FLOAT


def at_least_zero(value: Any) -> bool:
    return number(value) and value >= 0


def text(shortest: int, longest: int) -> Check:
    # Node counts a character beyond the basic plane twice; the limits are wide enough for the difference not to matter.
    return lambda value: isinstance(value, str) and shortest <= len(value) <= longest


def record(value: Any) -> bool:
    return isinstance(value, dict)


def optional_record(value: Any) -> bool:
    return value is None or record(value)


def numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(number(item) for item in value.values())


def names(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 64 and all(name(item) for item in value)


def one_of(*values: str) -> Check:
    return lambda value: isinstance(value, str) and value in values


def true(value: Any) -> bool:
    return value is True


def boolean(value: Any) -> bool:
    return isinstance(value, bool)


name = text(1, 64)
message_text = text(0, 16_000)
slot = whole(0, MAX_STREAMS - 1)
generation_number = whole(1)
granted = whole(1, MAX_CREDIT)


def checked(check: Check, **options: Any) -> Any:
    return dataclasses.field(metadata={"check": check}, **options)


# Messages in both directions -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chunk:
    TYPE: ClassVar[str] = "chunk"
    stream: int = checked(slot)
    generation: int = checked(generation_number)
    data: dict[str, Any] | None = checked(optional_record, default=None)


@dataclass(frozen=True)
class End:
    TYPE: ClassVar[str] = "end"
    stream: int = checked(slot)
    generation: int = checked(generation_number)


@dataclass(frozen=True)
class Credit:
    TYPE: ClassVar[str] = "credit"
    stream: int = checked(slot)
    generation: int = checked(generation_number)
    chunks: int = checked(granted)


# To the worker -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hello:
    TYPE: ClassVar[str] = "hello"
    protocol: int = checked(whole(-MAX_INTEGER))
    engine: str = checked(name)
    settings: dict[str, Any] = checked(record)


@dataclass(frozen=True)
class Open:
    TYPE: ClassVar[str] = "open"
    stream: int = checked(slot)
    generation: int = checked(generation_number)
    method: str = checked(name)
    params: dict[str, Any] = checked(record)
    credit: int = checked(granted)


@dataclass(frozen=True)
class Cancel:
    TYPE: ClassVar[str] = "cancel"
    stream: int = checked(slot)
    generation: int = checked(generation_number)


@dataclass(frozen=True)
class Ping:
    TYPE: ClassVar[str] = "ping"
    at: float = checked(number)


@dataclass(frozen=True)
class Shutdown:
    TYPE: ClassVar[str] = "shutdown"


# From the worker -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ready:
    TYPE: ClassVar[str] = "ready"
    protocol: int = checked(whole(-MAX_INTEGER))
    engine: str = checked(name)
    methods: list[str] = checked(names)
    info: dict[str, Any] = checked(record)
    warm_ms: float = checked(at_least_zero)


@dataclass(frozen=True)
class StreamError:
    """Ends one stream."""

    TYPE: ClassVar[str] = "error"
    stream: int = checked(slot)
    generation: int = checked(generation_number)
    code: str = checked(name)
    message: str = checked(message_text)
    retryable: bool = checked(boolean)


@dataclass(frozen=True)
class FatalError:
    """The last words of a worker that is about to exit."""

    TYPE: ClassVar[str] = "error"
    fatal: bool = checked(true)
    code: str = checked(name)
    message: str = checked(message_text)


@dataclass(frozen=True)
class Log:
    TYPE: ClassVar[str] = "log"
    level: str = checked(one_of("debug", "info", "warn", "error"))
    message: str = checked(message_text)
    fields: dict[str, Any] = checked(record)


@dataclass(frozen=True)
class Stats:
    TYPE: ClassVar[str] = "stats"
    values: dict[str, float] = checked(numbers)


@dataclass(frozen=True)
class Pong:
    TYPE: ClassVar[str] = "pong"
    at: float = checked(number)


ToWorker = Hello | Open | Chunk | End | Credit | Cancel | Ping | Shutdown
FromWorker = Ready | Chunk | End | Credit | StreamError | FatalError | Log | Stats | Pong

_TO_WORKER = (Hello, Open, Chunk, End, Credit, Cancel, Ping, Shutdown)
_FROM_WORKER = (Ready, Chunk, End, Credit, StreamError, Log, Stats, Pong)


def parse_to_worker(frame: Frame) -> ToWorker:
    return cast(ToWorker, _parse(frame, _TO_WORKER))


def parse_from_worker(frame: Frame) -> FromWorker:
    """What Parley itself would read; here for tests that play Parley's part."""
    if frame.header.get("type") == "error" and "fatal" in frame.header:
        return cast(FromWorker, _parse(frame, (FatalError,)))
    return cast(FromWorker, _parse(frame, _FROM_WORKER))


def encode_message(message: ToWorker | FromWorker, body: bytes | memoryview = b"") -> bytes:
    header: dict[str, Any] = {"type": message.TYPE}
    for field in dataclasses.fields(message):
        value = getattr(message, field.name)
        if value is not None:
            header[field.name] = value
    return encode_frame(header, body)


def _parse(frame: Frame, kinds: tuple[type[Any], ...]) -> Any:
    named = frame.header.get("type")
    kind = next((kind for kind in kinds if kind.TYPE == named), None)
    if kind is None:
        raise WireError(f"not a message of the wire: type {str(named)[:40]}")
    wanted = {field.name: field for field in dataclasses.fields(kind)}
    values = {key: value for key, value in frame.header.items() if key != "type"}
    for key in values:
        if key not in wanted:
            raise WireError(f"not a message of the wire ({named}): unknown field {key[:40]}")
    for key, field in wanted.items():
        if key not in values:
            if field.default is dataclasses.MISSING:
                raise WireError(f"not a message of the wire ({named}): {key} is missing")
        elif values[key] is None or not field.metadata["check"](values[key]):
            raise WireError(f"not a message of the wire ({named}): {key} has a wrong value")
    if frame.body and kind is not Chunk:
        raise WireError(f"a message of type {named} has a body; only chunks have one")
    return kind(**values)
