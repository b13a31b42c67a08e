"""What the process that reads strangers' files may take and touch: tried in processes of their own, beyond every limit."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

pytest.importorskip("av", reason="PyAV is not installed")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have other limits")

PYTHON = Path(__file__).parents[2] / "python"
BEGINNING = """
import resource, sys, threading
from parley_workers.engines import recordings
from parley_workers.engine import Chunk, Context, WorkerError

context = Context(threading.Event(), lambda level, message, fields: None)
"""


def limited(program: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Runs what a method might do, in a process that has been told to read recordings."""
    lines = (BEGINNING, before, "engine = recordings.load({})", program)
    text = "\n".join(textwrap.dedent(part) for part in lines)
    command = [sys.executable, "-c", text]
    return subprocess.run(command, cwd=PYTHON, capture_output=True, text=True, check=False)


def said(ended: subprocess.CompletedProcess[str]) -> str:
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_nobody_in_it_can_raise_its_limits_again() -> None:
    program = """
    for kind, most in recordings.LIMITS.items():
        soft, hard = resource.getrlimit(kind)
        assert soft == hard == most, (kind, soft, hard)
    print("held")
    """
    assert said(limited(program)) == "held"


def test_a_lower_limit_of_the_operator_stays() -> None:
    before = "resource.setrlimit(resource.RLIMIT_CPU, (30, 40))"
    assert said(limited("print(resource.getrlimit(resource.RLIMIT_CPU))", before)) == "(30, 30)"


def test_memory_beyond_its_share_is_not_given() -> None:
    program = """
    taken = bytearray(500 << 20)
    try:
        bytearray(recordings.MOST_MEMORY)
    except MemoryError:
        print("none")
    """
    assert said(limited(program)) == "none"


def test_a_file_that_takes_more_memory_than_there_is_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    program = """
    from parley_workers.engines.recordings import decode as reading
    import struct

    form = struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", 48036, b"WAVEfmt ", 16, 1, 1, 24000, 48000, 2, 16, b"data", 48000)
    data = form + bytes(48000)
    values = reading.values
    reading.values = lambda frame: bytearray(recordings.MOST_MEMORY)
    try:
        list(engine.methods["decode"]({}, iter([Chunk({}, data)]), context))
    except WorkerError as error:
        print(error.code)
    reading.values = values
    *_, end = engine.methods["decode"]({}, iter([Chunk({}, data)]), context)
    print(end.data["seconds"])
    """
    assert said(limited(program)).split() == ["bad_recording", "1.0"]


def test_one_that_computes_without_end_is_ended() -> None:
    before = "recordings.LIMITS[resource.RLIMIT_CPU] = 1"
    ended = limited("while True: pass", before)
    assert ended.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/hosts')",
        "open('/proc/self/environ')",
        "socket.socket()",
        "os.pipe()",
        "os.dup(1)",
        "__import__('av').open('/etc/hosts')",
        "__import__('av').open('tcp://127.0.0.1:9')",
        "subprocess.run(['true'])",
    ],
)
def test_nothing_can_be_opened_in_it(attempt: str) -> None:
    program = f"""
    try:
        {attempt}
    except OSError as error:
        print(error.errno in (errno.EMFILE, errno.EINVAL))
    """
    assert said(limited(program, "import errno, os, socket, subprocess")) == "True"


def test_nothing_is_written_by_it_where_something_is_open() -> None:
    with tempfile.NamedTemporaryFile() as file:
        before = f"import errno, signal; open_before = open({file.name!r}, 'wb', buffering=0)"
        program = """
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            open_before.write(b"x")
        except OSError as error:
            print(error.errno == errno.EFBIG)
        """
        assert said(limited(program, before)) == "True"
        assert Path(file.name).stat().st_size == 0


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("wav", "pcm_s16le"),
        ("mp3", "libmp3lame"),
        ("flac", "flac"),
        ("ogg", "libopus"),
        ("webm", "libopus"),
    ],
)
def test_every_kind_is_read_within_the_limits(container: str, codec: str) -> None:
    before = f"""
    import io, av, numpy as np
    target = io.BytesIO()
    with av.open(target, "w", format={container!r}) as output:
        stream = output.add_stream({codec!r}, rate=48000, layout="mono")
        sound = (16000 * np.sin(np.arange(96000) / 20)).astype("<i2")
        frame = av.AudioFrame.from_ndarray(sound[np.newaxis], "s16", "mono")
        frame.sample_rate = 48000
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    """
    program = """
    *pieces, end = engine.methods["decode"]({}, iter([Chunk({}, target.getvalue())]), context)
    assert abs(sum(len(piece.body) for piece in pieces) / 48000 - 2) < 0.15
    try:
        list(engine.methods["decode"]({}, iter([Chunk({}, target.getvalue()[:60] + bytes(500))]), context))
    except WorkerError as error:
        print(error.code)
    """
    assert said(limited(program, before)) == "bad_recording"


def test_a_film_is_refused_within_the_limits() -> None:
    before = """
    import io, av
    target = io.BytesIO()
    with av.open(target, "w", format="matroska") as output:
        stream = output.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        output.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        output.mux(stream.encode(None))
    """
    program = """
    try:
        list(engine.methods["decode"]({}, iter([Chunk({}, target.getvalue())]), context))
    except WorkerError as error:
        print(error.code)
    """
    assert said(limited(program, before)) == "bad_recording"
