"""python test/torch/pings.py MODELS [--device D] [--replies N] [--pings N]: how long a real worker process, which draws
as much as its device can, takes to answer pings. Parley's part is played here, over the wire."""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1] / "python"), str(Path(__file__).parents[2] / "python")]

import musetalk_avatar  # noqa: E402
import numpy as np  # noqa: E402
from parley_workers import messages  # noqa: E402
from parley_workers.messages import Chunk, Credit, End, Hello, Open, Ping  # noqa: E402
from parley_workers.musetalk.measures import percentile  # noqa: E402
from parley_workers.musetalk.models import file_hash  # noqa: E402
from parley_workers.musetalk.weights import require  # noqa: E402
from test_serve import Process, finish, start  # noqa: E402

FRAME_SAMPLES = 640
CREDIT = 64
# Of the first pictures nothing is measured: until then the device may still have been idle.
BEFORE = 20
LEARN = 0
PATIENCE_S = 240.0


class Load:
    """Replies that are never over and whose pictures are taken at once."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._sending = threading.Lock()
        self._frame = np.random.default_rng(0).integers(-9000, 9000, FRAME_SAMPLES).astype("<i2").tobytes()
        self.waits: list[float] = []
        self.pictures = 0
        self.learnt = threading.Event()
        self.drawing = threading.Event()
        self.answered = threading.Condition()
        self.failure: Any = None

    def send(self, *sent: messages.ToWorker, body: bytes = b"") -> None:
        with self._sending:
            self._process.send(*sent, body=body)

    def answer(self) -> None:
        """The thread that reads what the worker says."""
        while (read := self._process.read()) is not None:
            message = read[0]
            if isinstance(message, messages.Pong):
                self._pong(message.at)
            elif isinstance(message, Credit) and message.stream != LEARN:
                for _ in range(message.chunks):
                    self.send(Chunk(message.stream, message.generation), body=self._frame)
            elif isinstance(message, Chunk):
                self._took(message)
            elif isinstance(message, (messages.StreamError, messages.FatalError)):
                self._over(message)
        self._over("the worker ended")

    def _took(self, message: Chunk) -> None:
        if message.stream == LEARN:
            self.learnt.set()
            return
        self.pictures += 1
        if self.pictures >= BEFORE:
            self.drawing.set()
        self.send(Credit(message.stream, message.generation, 1))

    def _pong(self, at: float) -> None:
        with self.answered:
            self.waits.append(time.monotonic() - at)
            self.answered.notify_all()

    def _over(self, why: Any) -> None:
        self.failure = self.failure or why
        self.learnt.set()
        self.drawing.set()
        with self.answered:
            self.answered.notify_all()


def measure(models: Path, settings: dict[str, Any], replies: int, pings: int) -> tuple[list[float], float]:
    """Seconds of each answer, and the pictures a second meanwhile."""
    process = start()
    # Its own words, when it fails, would otherwise fill a pipe that nobody empties.
    threading.Thread(target=process.popen.stderr.read, daemon=True).start()
    timer = threading.Timer(PATIENCE_S, process.popen.kill)
    timer.start()
    try:
        process.send(Hello(1, "musetalk", {"models": str(models), "replies": replies, **settings}))
        process.next(messages.Ready)
        return _measured(Load(process), _avatar(models), replies, pings)
    finally:
        timer.cancel()
        finish(process)


def _measured(load: Load, avatar: tuple[bytes, bytes], replies: int, pings: int) -> tuple[list[float], float]:
    reading = threading.Thread(target=load.answer, daemon=True)
    reading.start()
    name = hashlib.sha256(avatar[0]).hexdigest()
    load.send(Open(LEARN, 1, "learn", {"face": name, "faceBytes": len(avatar[0]), "packBytes": len(avatar[1])}, 1))
    for part in avatar:
        load.send(Chunk(LEARN, 1), body=part)
    load.send(End(LEARN, 1))
    load.learnt.wait()
    load.send(*(Open(1 + reply, 1, "animate", {"face": name, "base": 0}, CREDIT) for reply in range(replies)))
    load.drawing.wait()
    before, began = load.pictures, time.monotonic()
    for _ in range(pings):
        with load.answered:
            answers = len(load.waits)
            load.send(Ping(time.monotonic()))
            load.answered.wait_for(lambda: len(load.waits) > answers or load.failure)  # noqa: B023 - at once.
        if load.failure:
            raise RuntimeError(f"the worker failed: {load.failure}")
        time.sleep(0.03)
    return load.waits, (load.pictures - before) / (time.monotonic() - began)


def _avatar(models: Path) -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return musetalk_avatar.avatar("anna", 6, Path(folder), vae=file_hash(require(models).vae))


def told(waits: list[float], pictures_per_second: float) -> str:
    p50, p99 = (percentile(waits, share) * 1000 for share in (0.5, 0.99))
    return (
        f"{len(waits)} pings at {pictures_per_second:.1f} pictures/s: answered after p50 {p50:.2f} ms, p99 {p99:.2f} ms"
        f", at most {max(waits) * 1000:.2f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--replies", type=int, default=16)
    parser.add_argument("--pings", type=int, default=300)
    choice = parser.parse_args()
    print(told(*measure(choice.models, {"device": choice.device}, choice.replies, choice.pings)))


if __name__ == "__main__":
    main()
