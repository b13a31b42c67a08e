"""A worker's life: hello, load, ready, streams, shutdown. src/workers/serve.ts is its twin for Node.

Three kinds of threads. The reading thread takes every message, answers pings even while methods compute, and ends the
process when Parley closes the pipe. The main thread loads the engine. Each stream has a thread that runs its method.
Whatever is written goes through one lock, frame by frame.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from . import messages
from .descriptors import Writer, claim_descriptors
from .engine import Cancelled, Chunk, Context, Engine, EngineLost, SettingsError, WorkerError
from .frames import WireError, read_frame
from .messages import EXIT_LOST, EXIT_SETTINGS, PROTOCOL
from .streams import INPUT_WINDOW, Stream, Table
from .telling import take_over

# Threads of methods, those of cancelled streams included until they have noticed.
MOST_RUNNING = 128
# What a cancelled method gets to clean up before the process ends.
GRACE_S = 1.0
LONGEST_MESSAGE = 4000


@dataclass
class Worker:
    writer: Writer
    table: Table = field(default_factory=Table)
    hello: messages.Hello | None = None
    greeted: threading.Event = field(default_factory=threading.Event)
    # Set once it has loaded and warmed up.
    engine: Engine | None = None
    running: int = 0
    idle: threading.Condition = field(default_factory=threading.Condition)

    def send(self, message: messages.FromWorker, body: bytes | memoryview = b"") -> None:
        self.writer.write(messages.encode_message(message, body))

    def log(self, level: str, message: str, fields: dict[str, Any]) -> None:
        text = plain(message)
        try:
            self.send(messages.Log(level, text, fields))
        except WireError as error:
            # A log line must not end the work that it is about.
            self.send(messages.Log(level, text, {"left_out": str(error)}))


def serve(engines: Mapping[str, str]) -> NoReturn:
    """`engines` names the module of each engine; only the one that hello asks for is imported."""
    source, writer = claim_descriptors()
    # Ctrl-C in a terminal reaches every process of the group; Parley alone decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = Worker(writer)
    take_over(lambda message: worker.log("warn", message, {}))
    threading.Thread(target=_read, args=(worker, source), name="wire", daemon=True).start()
    worker.greeted.wait()
    _load(worker, engines)
    while True:
        signal.pause()


def plain(text: str) -> str:
    """Short enough for a message, and without the half characters that Python keeps for bytes it cannot read."""
    return text[:LONGEST_MESSAGE].encode("utf-8", "replace").decode("utf-8")


# The main thread -----------------------------------------------------------------------------------------------------


def _load(worker: Worker, engines: Mapping[str, str]) -> None:
    hello = worker.hello
    assert hello is not None
    began = time.monotonic()
    try:
        if hello.protocol != PROTOCOL:
            raise SettingsError(f"Parley speaks version {hello.protocol} of the wire; this worker speaks {PROTOCOL}")
        if hello.engine not in engines:
            raise SettingsError(f"there is no engine {hello.engine}; there are: {', '.join(engines)}")
        engine = importlib.import_module(engines[hello.engine]).load(hello.settings)
        worker.engine = engine
        warm_ms = round((time.monotonic() - began) * 1000)
        worker.send(messages.Ready(PROTOCOL, hello.engine, list(engine.methods), engine.info, warm_ms))
    except SettingsError as error:
        _last_words(worker, "worker_settings", str(error), EXIT_SETTINGS)
    except Exception as error:
        traceback.print_exc()
        _last_words(worker, "engine_failed", f"{type(error).__name__}: {error}", 1)


def _last_words(worker: Worker, code: str, message: str, exit_code: int) -> NoReturn:
    worker.send(messages.FatalError(True, code, plain(message)))
    _exit(exit_code)


def _exit(code: int) -> NoReturn:
    """Without Python's own farewell: it would wait for threads that may never end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(code)


# The reading thread --------------------------------------------------------------------------------------------------


def _read(worker: Worker, source: Any) -> NoReturn:
    code = 0
    try:
        while (frame := read_frame(source)) is not None:
            message = messages.parse_to_worker(frame)
            if isinstance(message, messages.Shutdown):
                break
            _heed(worker, message, frame.body)
    except BaseException:
        # Without this thread the worker hears nothing any more, not even that it should end.
        traceback.print_exc()
        code = 1
    for stream in worker.table.living():
        stream.cancel()
    with worker.idle:
        worker.idle.wait_for(lambda: worker.running == 0, timeout=GRACE_S)
    _exit(code)


def _heed(worker: Worker, message: messages.ToWorker, body: bytes) -> None:
    if isinstance(message, messages.Hello):
        if worker.hello is not None:
            raise WireError("a second hello")
        worker.hello = message
        worker.greeted.set()
    elif isinstance(message, messages.Ping):
        if worker.engine is not None and worker.engine.hung is not None and (why := worker.engine.hung()):
            # No thread can be ended from outside, and whoever it keeps waiting would wait for ever.
            _last_words(worker, "engine_failed", why, EXIT_LOST)
        worker.send(messages.Pong(message.at))
        worker.send(messages.Stats(_stats(worker)))
    elif isinstance(message, messages.Open):
        _open(worker, message)
    elif not isinstance(message, messages.Shutdown):
        stream = worker.table.find(message.stream, message.generation)
        if stream is not None:
            _pass_on(worker, stream, message, body)


def _pass_on(worker: Worker, stream: Stream, message: Any, body: bytes) -> None:
    if isinstance(message, messages.Chunk):
        stream.receive(Chunk(message.data or {}, body))
    elif isinstance(message, messages.End):
        stream.end_input()
    elif isinstance(message, messages.Credit):
        stream.grant(message.chunks)
    elif isinstance(message, messages.Cancel):
        worker.table.release(stream)
        stream.cancel()


def _open(worker: Worker, message: messages.Open) -> None:
    if worker.engine is None:
        raise WireError("a stream was opened before the worker was ready")
    place = (message.stream, message.generation)
    stream = Stream(*place, message.credit, lambda chunks: worker.send(messages.Credit(*place, chunks)))
    worker.table.begin(stream)
    method = worker.engine.methods.get(message.method)
    if method is None:
        _fail(worker, stream, WorkerError("internal", f"there is no method {message.method}", retryable=False))
        return
    with worker.idle:
        full = worker.running >= MOST_RUNNING
        worker.running += 0 if full else 1
    if full:
        _fail(worker, stream, WorkerError("at_capacity", f"{MOST_RUNNING} streams are being worked on"))
        return
    worker.send(messages.Credit(*place, INPUT_WINDOW))
    name = f"{message.method} {message.stream}/{message.generation}"
    threading.Thread(target=_run, args=(worker, stream, method, message.params), name=name, daemon=True).start()


def _stats(worker: Worker) -> dict[str, float]:
    values: dict[str, float] = {"streams": len(worker.table.living()), "slots": worker.table.slots}
    values["running"] = worker.running
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            values["rss_bytes"] = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        pass  # Only Linux has it.
    if worker.engine is not None and worker.engine.stats is not None:
        values.update(_finite(worker.engine.stats))
    return values


def _finite(stats: Callable[[], dict[str, float]]) -> dict[str, float]:
    """An engine's numbers, as far as the wire takes them: they must not end the thread that reads it."""
    try:
        return {name: value for name, value in stats().items() if messages.number(value)}
    except Exception:
        return {}


# The threads of streams ----------------------------------------------------------------------------------------------


def _run(worker: Worker, stream: Stream, method: Any, params: dict[str, Any]) -> None:
    try:
        context = Context(stream.cancelled, worker.log, stream.on_cancel)
        _send_output(worker, stream, method(params, stream.input(), context))
        if worker.table.release(stream):
            worker.send(messages.End(stream.stream, stream.generation))
    except Cancelled:
        pass
    except EngineLost as error:
        _last_words(worker, "engine_failed", str(error), EXIT_LOST)
    except WorkerError as error:
        _fail(worker, stream, error)
    except BaseException as error:  # noqa: BLE001 - sys.exit() in a library must not leave the caller waiting, either.
        worker.log("error", "method failed", {"traceback": plain(traceback.format_exc()[-LONGEST_MESSAGE:])})
        _fail(worker, stream, WorkerError("engine_failed", f"{type(error).__name__}: {error}"))
    finally:
        # A thread of the method's own that still reads the input must not wait for it for ever.
        stream.cancel()
        with worker.idle:
            worker.running -= 1
            worker.idle.notify_all()


def _send_output(worker: Worker, stream: Stream, output: Any) -> None:
    chunks = iter(output)
    try:
        while True:
            stream.take_credit()
            chunk = next(chunks, None)
            if chunk is None:
                return
            if stream.cancelled.is_set():
                raise Cancelled
            worker.send(messages.Chunk(stream.stream, stream.generation, chunk.data or None), chunk.body)
    finally:
        # Cancelled or not, the method's own `finally` runs now and not when somebody collects it.
        if hasattr(chunks, "close"):
            chunks.close()


def _fail(worker: Worker, stream: Stream, error: WorkerError) -> None:
    if worker.table.release(stream):
        place = (stream.stream, stream.generation)
        code = error.code if messages.name(error.code) else "engine_failed"
        worker.send(messages.StreamError(*place, code, plain(str(error)), error.retryable))
