"""A real worker process with the test in Parley's part, down to the bytes: what src/workers never does on purpose."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from parley_workers import messages, serve
from parley_workers.engine import Cancelled
from parley_workers.frames import read_frame
from parley_workers.messages import Cancel, Chunk, Credit, End, Hello, Open, Ping, Shutdown
from parley_workers.streams import Stream

PYTHON_FOLDER = Path(__file__).parent.parent.parent / "python"
# A hang ends as an end of the pipe, and so as a failed test.
PATIENCE_S = 20.0
# A worker whose engine has something to tell before it is ready.
TELLER = """
import sys, types
from parley_workers.engine import Engine
from parley_workers.serve import serve
from parley_workers.telling import warn
def load(settings):
    warn("the model is on the CPU")
    return Engine({})
sys.modules["teller"] = types.SimpleNamespace(load=load)
serve({"teller": "teller"})
"""


@dataclass
class Process:
    popen: subprocess.Popen[bytes]
    to_worker: BinaryIO
    from_worker: BinaryIO

    def send(self, *sent: messages.ToWorker, body: bytes = b"") -> None:
        self.to_worker.write(b"".join(messages.encode_message(message, body) for message in sent))

    def read(self) -> tuple[messages.FromWorker, bytes] | None:
        frame = read_frame(self.from_worker)
        return frame and (messages.parse_from_worker(frame), frame.body)

    def next(self, kind: type) -> Any:
        """The next message of this kind; others are passed over."""
        while (read := self.read()) is not None:
            if isinstance(read[0], kind):
                return read[0]
        raise AssertionError(f"the worker ended, and there was no {kind.__name__}")

    def rest(self) -> list[messages.FromWorker]:
        found = []
        while (read := self.read()) is not None:
            found.append(read[0])
        return found

    def begin(self, **settings: Any) -> Any:
        self.send(Hello(1, "echo", settings))
        return self.next(messages.Ready)


def high_pipe() -> tuple[int, int]:
    """Above the numbers that the worker is given, so that putting it there overwrites neither end."""
    pair = os.pipe()
    high = tuple(fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10) for descriptor in pair)
    for descriptor in pair:
        os.close(descriptor)
    return high


def start(stdout_joins_the_wire: bool = False, program: tuple[str, ...] = ("-m", "parley_workers")) -> Process:
    theirs_in, ours_out = high_pipe()
    ours_in, theirs_out = high_pipe()

    def place() -> None:
        os.dup2(theirs_in, 3)
        os.dup2(theirs_out, 4)
        if stdout_joins_the_wire:
            os.dup2(theirs_out, 1)

    popen = subprocess.Popen(
        [sys.executable, *program],
        env={**os.environ, "PYTHONPATH": str(PYTHON_FOLDER), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=None if stdout_joins_the_wire else subprocess.PIPE,
        stderr=subprocess.PIPE,
        close_fds=False,
        preexec_fn=place,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    return Process(popen, os.fdopen(ours_out, "wb", buffering=0), os.fdopen(ours_in, "rb"))


@pytest.fixture
def worker() -> Iterator[Process]:
    process = start()
    timer = threading.Timer(PATIENCE_S, process.popen.kill)
    timer.start()
    yield process
    timer.cancel()
    finish(process)


def finish(process: Process) -> None:
    process.popen.kill()
    process.popen.communicate()
    process.to_worker.close()
    process.from_worker.close()


def errors_of(process: Process) -> str:
    return process.popen.communicate()[1].decode()


def test_it_is_ready_with_what_the_engine_tells(worker: Process) -> None:
    ready = worker.begin(voice="Zoë")
    assert (ready.protocol, ready.engine) == (1, "echo")
    assert ready.info["settings"] == {"voice": "Zoë"} and "count" in ready.methods


def test_it_ends_by_itself_when_the_pipe_closes(worker: Process) -> None:
    worker.begin()
    worker.send(Open(0, 1, "stall", {}, 1))
    worker.next(Chunk)
    worker.to_worker.close()
    assert worker.popen.wait(PATIENCE_S) == 0


def test_it_ends_by_itself_while_it_loads(worker: Process) -> None:
    worker.send(Hello(1, "echo", {"never_ready": True}), Ping(1))
    # The reading thread answers already.
    assert worker.next(messages.Pong).at == 1
    worker.to_worker.close()
    assert worker.popen.wait(PATIENCE_S) == 0


def test_shutdown_ends_its_methods_and_exits_with_0(worker: Process) -> None:
    worker.begin()
    worker.send(Open(0, 1, "stall", {}, 1))
    worker.next(Chunk)
    worker.send(Shutdown())
    assert [type(message) for message in worker.rest()] == [messages.Log]
    assert worker.popen.wait(PATIENCE_S) == 0


@pytest.mark.parametrize(
    ("hello", "reason"),
    [
        (Hello(2, "echo", {}), "version 2"),
        (Hello(1, "opera", {}), "there is no engine opera"),
        (Hello(1, "echo", {"refuse": "no weights"}), "no weights"),
    ],
)
def test_it_refuses_with_a_reason_and_exits_with_42(worker: Process, hello: Hello, reason: str) -> None:
    worker.send(hello)
    (last_words,) = worker.rest()
    assert isinstance(last_words, messages.FatalError)
    assert last_words.code == "worker_settings" and reason in last_words.message
    assert worker.popen.wait(PATIENCE_S) == messages.EXIT_SETTINGS


def test_it_exits_with_43_when_its_engine_is_lost(worker: Process) -> None:
    worker.begin()
    worker.send(Open(0, 1, "lose", {}, 1))
    *_, last_words = worker.rest()
    assert isinstance(last_words, messages.FatalError) and last_words.code == "engine_failed"
    assert worker.popen.wait(PATIENCE_S) == messages.EXIT_LOST


def test_a_thread_of_a_method_that_failed_does_not_wait_for_input_for_ever() -> None:
    class Nowhere:
        def write(self, data: bytes) -> None:
            pass

    listening: list[threading.Thread] = []

    def listen(chunks: Iterator) -> None:
        with contextlib.suppress(Cancelled):
            list(chunks)

    def method(params: dict, chunks: Iterator, context: object) -> Iterator:
        listening.append(threading.Thread(target=listen, args=(chunks,), daemon=True))
        listening[0].start()
        yield from ()
        raise ValueError("failed while another thread listens")

    worker = serve.Worker(Nowhere())
    stream = Stream(0, 1, 1, lambda chunks: None)
    worker.table.begin(stream)
    serve._run(worker, stream, method, {})
    listening[0].join(PATIENCE_S)
    assert not listening[0].is_alive()


def test_it_sends_what_was_granted_and_not_one_more(worker: Process) -> None:
    worker.begin()
    worker.send(Open(0, 1, "count", {"to": 10}, 3))
    indices = [worker.next(Chunk).data["index"] for _ in range(3)]
    # Whatever it would send beyond its credit would be in front of this answer, or of the next ones.
    for at in range(20):
        worker.send(Ping(at))
        assert isinstance(worker.read()[0], (messages.Pong)) and isinstance(worker.read()[0], messages.Stats)
    worker.send(Credit(0, 1, 8))
    indices += [worker.next(Chunk).data["index"] for _ in range(7)]
    assert indices == list(range(10))
    worker.next(End)


def test_it_grants_input_as_its_method_takes_it(worker: Process) -> None:
    worker.begin()
    worker.send(Open(0, 1, "echo", {}, 2))
    granted = worker.next(Credit).chunks
    for index in range(granted):
        worker.send(Chunk(0, 1, {"index": index}))
    # Two chunks of output may leave, so two or three of input are taken: not enough for a new grant.
    assert [worker.next(Chunk).data["index"] for _ in range(2)] == [0, 1]
    worker.send(Credit(0, 1, 4))
    assert worker.next(Credit).chunks == granted // 2


def test_input_beyond_the_credit_ends_the_worker(worker: Process) -> None:
    worker.begin()
    worker.send(Open(0, 1, "stall", {}, 1))
    worker.send(*(Chunk(0, 1, {"index": index}) for index in range(worker.next(Credit).chunks + 1)))
    assert worker.popen.wait(PATIENCE_S) == 1
    assert "beyond the credit" in errors_of(worker)


def test_what_belongs_to_an_earlier_life_of_a_slot_is_dropped(worker: Process) -> None:
    worker.begin()
    worker.send(Open(0, 1, "echo", {}, 16), Cancel(0, 1), Open(0, 2, "echo", {}, 16))
    late = Chunk(0, 1, {"late": True}), Credit(0, 1, 1), End(0, 1), Cancel(0, 1)
    worker.send(*late, Chunk(0, 2, {"late": False}), End(0, 2))
    seen: list[Any] = []
    while not isinstance((read := worker.read()), tuple) or not isinstance(read[0], End):
        seen.append(read[0])
    chunks = [message for message in seen if isinstance(message, Chunk)]
    assert chunks == [Chunk(0, 2, {"late": False})]
    assert read[0] == End(0, 2)


def test_a_method_that_does_not_look_up_says_nothing_after_a_cancel(worker: Process) -> None:
    worker.begin()
    worker.send(Open(0, 1, "compute", {"ms": 200}, 16), Cancel(0, 1), Open(0, 2, "compute", {"ms": 400}, 16))
    assert worker.next(Chunk).generation == 2
    assert worker.next(End).generation == 2


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ([End(5, 1)], "stream 5"),
        ([Open(0, 1, "stall", {}, 1), Open(0, 1, "stall", {}, 1)], "cannot begin generation 1"),
        ([Open(0, 1, "stall", {}, 1), Open(0, 2, "stall", {}, 1)], "while it was open"),
        ([Open(0, 1, "stall", {}, 1024), Credit(0, 1, 1024)], "credit"),
        ([Hello(1, "echo", {})], "a second hello"),
    ],
)
def test_a_message_out_of_place_ends_the_worker(worker: Process, sent: list[Any], reason: str) -> None:
    worker.begin()
    worker.send(*sent)
    assert worker.popen.wait(PATIENCE_S) == 1
    assert reason in errors_of(worker)


def test_a_stream_before_hello_ends_the_worker(worker: Process) -> None:
    worker.send(Open(0, 1, "echo", {}, 1))
    assert worker.popen.wait(PATIENCE_S) == 1


def test_garbage_ends_the_worker(worker: Process) -> None:
    worker.begin()
    worker.to_worker.write(b"GET / HTTP/1.1\r\n\r\n")
    assert worker.popen.wait(PATIENCE_S) == 1


def test_it_works_on_128_streams_and_refuses_the_next(worker: Process) -> None:
    worker.begin()
    worker.send(*(Open(slot, 1, "stall", {}, 1) for slot in range(129)))
    refused = worker.next(messages.StreamError)
    assert (refused.stream, refused.code, refused.retryable) == (128, "at_capacity", True)
    worker.send(Cancel(3, 1))
    worker.next(messages.Log)
    # The thread has said goodbye; a ping later it is gone.
    while True:
        worker.send(Ping(0))
        if worker.next(messages.Stats).values["running"] == 127:
            break
    worker.send(Open(128, 2, "count", {"to": 1}, 2))
    assert worker.next(End).stream == 128


def test_an_exception_ends_its_stream_only_and_stands_in_the_log(worker: Process) -> None:
    worker.begin()
    worker.send(Open(0, 1, "fail", {}, 1))
    assert "nobody expected this" in worker.next(messages.Log).fields["traceback"]
    failed = worker.next(messages.StreamError)
    assert (failed.code, failed.message) == ("engine_failed", "ValueError: nobody expected this")
    worker.send(Open(0, 2, "count", {"to": 1}, 2))
    assert worker.next(End).generation == 2


def test_what_an_engine_tells_while_it_loads_stands_in_the_log_as_a_warning() -> None:
    process = start(program=("-c", TELLER))
    try:
        process.send(Hello(1, "teller", {}))
        told = process.next(messages.Log)
        assert (told.level, told.message) == ("warn", "the model is on the CPU")
        process.next(messages.Ready)
    finally:
        finish(process)


def test_a_body_too_large_for_a_frame_ends_its_stream_only(worker: Process) -> None:
    worker.begin()
    worker.send(Open(0, 1, "count", {"to": 1, "bytes": 2_000_000}, 1))
    assert "a body of 2000000 bytes" in worker.next(messages.StreamError).message


def test_printing_cannot_reach_the_wire_even_if_stdout_is_joined_to_it() -> None:
    process = start(stdout_joins_the_wire=True)
    try:
        process.begin()
        process.send(Open(0, 1, "shout", {"lines": 3}, 1))
        assert process.next(Chunk).data == {"printed": True}
        process.send(Shutdown())
        assert process.popen.wait(PATIENCE_S) == 0
    finally:
        finish(process)


def test_started_by_hand_it_says_what_it_is() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "parley_workers"],
        env={**os.environ, "PYTHONPATH": str(PYTHON_FOLDER)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert result.returncode == 1
    assert "only Parley can start it" in result.stderr
