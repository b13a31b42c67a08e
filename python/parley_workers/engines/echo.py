"""The wire's self-test. No model, no dependency: every method shows one promise of the wire, for tests.
test/workers runs the same calls against this engine and against its twin for Node.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from typing import Any

from ..engine import Chunk, Context, Engine, EngineLost, Method, SettingsError, WorkerError


def load(settings: dict[str, Any]) -> Engine:
    """`refuse`: a reason to refuse the settings. `never_ready`: a model that never stops loading. `bad_stats`: not a number.
    `hung`: why the engine says that it hangs.
    """
    if "refuse" in settings:
        raise SettingsError(str(settings["refuse"]))
    while settings.get("never_ready"):
        time.sleep(60)
    stats = (lambda: {"good": 1.0, "bad": float("nan")}) if settings.get("bad_stats") else None
    hung = (lambda: str(settings["hung"])) if "hung" in settings else None
    return Engine(methods=METHODS, info={"settings": settings, "pid": os.getpid()}, stats=stats, hung=hung)


def echo(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
    """Gives back what it gets."""
    yield from chunks


def count(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
    """`to` chunks as fast as they are taken, each with a body of `bytes` bytes."""
    body = bytes(int(params.get("bytes", 0)))
    for index in range(int(params["to"])):
        yield Chunk({"index": index}, body)


def stall(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
    """One chunk, then nothing until it is cancelled; says in the log that it was."""
    try:
        yield Chunk({"stalled": True})
        context.wait()
    finally:
        context.log("info", "stall ended", cancelled=context.cancelled)


def compute(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
    """Keeps the interpreter busy for `ms` milliseconds without ever looking up, then tells how often it went round."""
    rounds = 0
    until = time.monotonic() + params["ms"] / 1000
    while time.monotonic() < until:
        rounds += 1
    yield Chunk({"rounds": rounds})


def fail(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
    """`after` chunks, then an error with this `code`, an exception that nobody expected, or `exit`."""
    for index in range(int(params.get("after", 0))):
        yield Chunk({"index": index})
    if params.get("exit"):
        sys.exit("as some libraries do")
    if "code" not in params:
        raise ValueError("nobody expected this")
    raise WorkerError(params["code"], "failed as asked", retryable=bool(params.get("retryable", True)))


def lose(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
    """The device is gone: the whole worker has to start afresh."""
    yield from ()
    raise EngineLost("lost as asked")


def shout(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
    """Prints `lines` of 1 KB on stdout, and writes where the wire was: a library may do both."""
    line = "x" * 1023
    for _ in range(int(params["lines"])):
        print(line)
    os.write(4, b"this must not reach the wire")
    yield Chunk({"printed": True})


METHODS: dict[str, Method] = {
    "echo": echo,
    "count": count,
    "stall": stall,
    "compute": compute,
    "fail": fail,
    "lose": lose,
    "shout": shout,
}
