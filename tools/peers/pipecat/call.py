"""Callers of bot.py, who ask, wait and listen as those of our own bench do, in a process of their own.

    python tools/peers/pipecat/call.py --url ws://127.0.0.1:PORT/ws --policy default --callers 1 --turns 10 --json calls.json

What is measured, from which moment to which, is said in docs/benchmark.md ("What is measured", the row "first sound").
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
from pipecat.frames.protobufs import frames_pb2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from voices import RATE, Question, load_questions, seeded

BEAT = 0.02
FRAME = round(RATE * BEAT)
# Two steps of 16 bits: no room is as silent as zeros.
ROOM_NOISE = 2
# -40 dB of full scale.
SOUND = 328
PATIENCE = 15.0
# Nothing on this wire says that an answer is over: it is when this long nothing more has come to be played. The longest
# pause within an answer is that between its sentences.
OVER = 1.0


@dataclass
class Ear:
    """What has come of the answer that is being waited for; moments are in seconds of the monotonic clock."""

    ready: asyncio.Event = field(default_factory=asyncio.Event)
    first_sound: float | None = None
    plays_to: float = 0.0
    last_sign: float = 0.0
    taken_back: int = 0
    lost: str | None = None


@dataclass
class Line:
    socket: ClientConnection
    ear: Ear
    due: float
    noise: np.random.Generator
    late: list[float]

    async def beat(self, voice: np.ndarray | None = None) -> float:
        """One frame of the microphone; the moment at which it was due."""
        self.due += BEAT
        await asyncio.sleep(max(0.0, self.due - time.monotonic()))
        self.late.append(max(0.0, time.monotonic() - self.due))
        if self.ear.lost is not None:
            raise ConnectionError(self.ear.lost)
        samples = self.noise.integers(-ROOM_NOISE, ROOM_NOISE, FRAME, dtype="<i2", endpoint=True)
        if voice is not None:
            samples[: len(voice)] = np.where(voice == 0, samples[: len(voice)], voice)
        frame = frames_pb2.Frame()
        frame.audio.audio = samples.tobytes()
        frame.audio.sample_rate = RATE
        frame.audio.num_channels = 1
        await self.socket.send(frame.SerializeToString())
        return self.due


async def listen(socket: ClientConnection, ear: Ear) -> None:
    try:
        async for message in socket:
            hear(ear, frames_pb2.Frame.FromString(message), time.monotonic())
        ear.lost = "the connection was closed"
    except WebSocketException as error:
        ear.lost = f"the connection was lost: {error}"


def hear(ear: Ear, frame: frames_pb2.Frame, now: float) -> None:
    ear.last_sign = now
    match frame.WhichOneof("frame"):
        case "message":
            ear.ready.set()
        case "interruption":
            # What has come of the answer is not to be played: the caller waits for the next.
            ear.taken_back += ear.first_sound is not None
            ear.first_sound, ear.plays_to = None, now
        case "audio":
            samples = np.frombuffer(frame.audio.audio, dtype="<i2")
            if ear.first_sound is None and np.abs(samples.astype(np.int32)).max(initial=0) >= SOUND:
                ear.first_sound = now
            ear.plays_to = max(ear.plays_to, now) + len(samples) / frame.audio.sample_rate


async def take_turn(line: Line, question: Question) -> dict:
    ear = line.ear
    began = await line.beat()
    ear.first_sound, ear.taken_back = None, 0
    zero = began + question.voiced_to / RATE
    for at in range(0, len(question.samples), FRAME):
        await line.beat(question.samples[at : at + FRAME])
    failure = None
    while failure is None and not is_over(ear):
        await line.beat()
        failure = trouble(ear, zero, time.monotonic())
    heard = None if ear.first_sound is None else round((ear.first_sound - zero) * 1000, 1)
    if heard is not None and heard < 0:
        failure, heard = "answered before the end of the question", None
    return {"question": question.text, "first_sound": heard, "failure": failure, "taken_back": ear.taken_back}


def is_over(ear: Ear) -> bool:
    return ear.first_sound is not None and time.monotonic() > ear.plays_to + OVER


def trouble(ear: Ear, zero: float, now: float) -> str | None:
    if ear.first_sound is not None or now - max(zero, ear.last_sign) < PATIENCE:
        return None
    return f"no sound within {PATIENCE:.0f} s"


async def call(args: argparse.Namespace, caller: int, questions: list[Question], late: list[float]) -> list[dict]:
    """All turns of one caller, in one session. What went wrong is in them."""
    random = seeded(args.seed * 1000 + caller)
    first = int(random() * len(questions))
    results: list[dict] = []
    # Callers do not all come at once.
    await asyncio.sleep(random())
    try:
        async with connect(args.url, max_size=None) as socket:
            ear = Ear()
            listening = asyncio.create_task(listen(socket, ear))
            await asyncio.wait_for(ear.ready.wait(), PATIENCE)
            line = Line(socket, ear, time.monotonic(), np.random.default_rng(caller), late)
            for turn in range(args.turns):
                for _ in range(math.ceil((600 + random() * 800) / 1000 / BEAT)):
                    await line.beat()
                result = await take_turn(line, questions[(first + turn) % len(questions)])
                results.append({"caller": caller, "turn": turn, **result})
            await socket.close()
            await listening
    except (OSError, TimeoutError, WebSocketException) as error:
        reason = str(error) or "the session never began"
        for turn in range(len(results), args.turns):
            lost = {"question": None, "first_sound": None, "failure": reason, "taken_back": 0}
            results.append({"caller": caller, "turn": turn, **lost})
    return results


def distribution(values: list[float]) -> dict:
    """By the nearest rank: every percentile is a value that was measured."""
    ranks = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1.0}
    ordered = sorted(values)
    at = (
        {name: ordered[max(0, math.ceil(share * len(ordered)) - 1)] for name, share in ranks.items()} if ordered else {}
    )
    return {"n": len(ordered), **at}


async def run(args: argparse.Namespace) -> dict:
    questions, late = load_questions(), []
    calls = await asyncio.gather(*(call(args, each, questions, late) for each in range(args.callers)))
    turns = list(itertools.chain.from_iterable(calls))
    summary = {
        "first_sound": distribution([turn["first_sound"] for turn in turns if turn["first_sound"] is not None]),
        "failed": sum(turn["failure"] is not None for turn in turns),
        "taken_back": sum(turn["taken_back"] for turn in turns),
        "late_ms": distribution([round(each * 1000, 1) for each in late]),
    }
    told = {
        "peer": "pipecat",
        "version": version("pipecat-ai"),
        "python": sys.version.split()[0],
        "policy": args.policy,
    }
    return {**told, "callers": args.callers, "seed": args.seed, "turns": turns, "summary": summary}


def main() -> int:
    parser = argparse.ArgumentParser(description="callers of tools/peers/pipecat/bot.py")
    parser.add_argument("--url", required=True)
    parser.add_argument("--policy", required=True, help="what the server was started with; goes into the file")
    parser.add_argument("--callers", type=int, default=1)
    parser.add_argument("--turns", type=int, default=10, help="of each caller")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, required=True)
    args = parser.parse_args()
    result = asyncio.run(run(args))
    args.json.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result["summary"]))
    return 1 if result["summary"]["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
