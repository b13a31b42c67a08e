"""One text in, one WAV out: real processes, with packages that stand where Kokoro's and Coqui's would, and as loud ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import wave
from dataclasses import dataclass
from pathlib import Path

import pytest

PYTHON = Path(__file__).parents[2] / "python"
# What an operator has set up is not what is tested.
NOWHERE = "/nowhere"

# As libraries are: they print, in Python and beneath it, and give tensors.
LOUD = """
import os, sys
print("loading, please wait")
os.write(1, b"a native library says hello\\n")
"""
TENSOR = """
class Tensor:
    def __init__(self, values): self.values = values
    def detach(self): return self
    def float(self): return self
    def cpu(self): return self
    def numpy(self):
        import numpy
        return numpy.array([self.values], dtype="float32")
"""
KOKORO = (
    LOUD
    + TENSOR
    + """
class Result:
    def __init__(self, audio): self.audio = audio
class KPipeline:
    def __init__(self, **wishes): sys.stderr.write(f"made with {sorted(wishes.items())}\\n")
    def __call__(self, text, **wishes):
        sys.stderr.write(f"asked {sorted(wishes.items())}\\n")
        print("speaking")
        yield Result(Tensor([0.5, 2.0] * 6000))
        yield Result(None)
        yield Result(Tensor([-2.0] * 12000))
"""
)
COQUI = (
    LOUD
    + """
class TTS:
    is_multi_lingual = is_multi_speaker = True
    speakers = ["Ana", "Ben"]
    class synthesizer: output_sample_rate = 24000
    def __init__(self, *names, **wishes): sys.stderr.write(f"made of {names} {sorted(wishes)}\\n")
    def to(self, device): sys.stderr.write(f"on {device}\\n"); return self
    def tts(self, **wishes):
        sys.stderr.write(f"asked {sorted(wishes.items())}\\n")
        print("speaking")
        return [0.25] * 24000
"""
)


@dataclass
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder = tmp_path / "packages"
    (folder / "TTS").mkdir(parents=True)
    (folder / "kokoro.py").write_text(KOKORO)
    (folder / "TTS/__init__.py").touch()
    (folder / "TTS/api.py").write_text(COQUI)
    return folder


def bridge(engine: str, payload: object, packages: Path | None = None, **env: str) -> Done:
    given = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    # `-S`-like: without packages, whatever this environment has of the engines is hidden, too.
    paths = [str(packages)] if packages else []
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KOKORO", "COQUI"))}
    done = subprocess.run(
        [sys.executable, str(PYTHON / f"{engine}_bridge.py")],
        input=given,
        check=False,
        capture_output=True,
        env={**clean, "DATA_DIR": NOWHERE, "PYTHONPATH": os.pathsep.join(paths), **env},
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def read(path: Path) -> tuple[int, int, bytes]:
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 1 and file.getsampwidth() == 2
        return file.getframerate(), file.getnframes(), file.readframes(file.getnframes())


def test_kokoro_speaks_into_a_file_and_answers_with_its_length(tmp_path: Path, packages: Path) -> None:
    file = tmp_path / "said.wav"
    done = bridge("kokoro", {"text": "Hello.", "output": str(file), "voice": "bf_emma", "speed": 1.25}, packages)
    assert done.code == 0, done.err
    assert done.out == '{"duration": 1.0}\n'
    rate, frames, samples = read(file)
    assert (rate, frames) == (24_000, 24_000)
    # Clipped, and not wrapped.
    assert samples[2:4] == b"\xff\x7f" and samples[-2:] == b"\x01\x80"
    assert "('lang_code', 'b')" in done.err and "('speed', 1.25)" in done.err and "native library" in done.err
    assert list(tmp_path.glob(".said*")) == []


def test_another_rate_is_resampled_and_not_relabelled(tmp_path: Path, packages: Path) -> None:
    file = tmp_path / "said.wav"
    done = bridge(
        "coqui", {"text": "Hi", "output": str(file), "sample_rate": 8000, "model_name": "tts_models/x"}, packages
    )
    assert done.code == 0, done.err
    rate, frames, _ = read(file)
    assert rate == 8000 and abs(frames - 8000) <= 2
    assert abs(json.loads(done.out)["duration"] - 1.0) < 0.001


def test_coqui_speaks_as_somebody(tmp_path: Path, packages: Path) -> None:
    file, recording = tmp_path / "said.wav", tmp_path / "me.wav"
    recording.touch()
    payload = {"text": "Hallo", "output": str(file), "language": "de", "speaker_wav": str(recording), "device": "cuda"}
    done = bridge("coqui", payload, packages, COQUI_TOS_AGREED="1")
    assert done.code == 0, done.err
    assert "('language', 'de')" in done.err and str(recording) in done.err and "on cuda" in done.err
    without = bridge("coqui", {**payload, "speaker_wav": None}, packages, COQUI_TOS_AGREED="1")
    assert without.code == 0 and "('speaker', 'Ana')" in without.err


@pytest.mark.parametrize("engine", ["kokoro", "coqui"])
@pytest.mark.parametrize("text", ["", " \n\t "])
def test_a_text_without_words_needs_no_engine_at_all(engine: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "nothing.wav"
    done = bridge(engine, {"text": text, "output": str(file), "sample_rate": 16_000})
    assert (done.code, done.out) == (0, '{"duration": 0.0}\n'), done.err
    assert read(file) == (16_000, 0, b"")


@pytest.mark.parametrize("engine", ["kokoro", "coqui"])
def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(engine: str, tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    for name in ("kokoro", "TTS"):
        (tmp_path / "hidden" / f"{name}.py").write_text("raise ImportError('no such package')")
    wanted = {"text": "Hello", "output": str(tmp_path / "x.wav")}
    done = bridge(engine, wanted, tmp_path / "hidden", COQUI_TOS_AGREED="1")
    assert done.code != 0 and done.out == ""
    assert f"failed to import {engine} dependencies" in done.err
    assert f"npm run setup:local {engine}" in done.err and "pip install" in done.err
    assert not (tmp_path / "x.wav").exists()


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", "one JSON object"),
        (b"[1]", "one JSON object"),
        (b"\xff\xfe", "one JSON object"),
        (b'{"text": ', "one JSON object"),
        (b"[" * 200_000, "one JSON object"),
        ({"output": "x.wav"}, "text: expected"),
        ({"text": "x"}, "output: expected"),
        ({"text": "x", "output": "x.wav", "sample_rate": 12}, "sample_rate is 12"),
        ({"text": "x", "output": "x.wav", "speed": "fast"}, "speed is 'fast'"),
        ({"text": "x", "output": "x.wav", "speed": 2.5}, "from 0.25 to 2"),
        ({"text": "x", "output": "x.wav", "voice": 7}, "voice is 7"),
    ],
)
def test_what_is_wrong_with_a_payload_is_said(payload: object, why: str, packages: Path) -> None:
    done = bridge("kokoro", payload, packages)
    assert done.code != 0 and done.out == "" and why in done.err


def test_a_name_that_is_not_known_is_told_and_passed_over(packages: Path, tmp_path: Path) -> None:
    file = tmp_path / "said.wav"
    done = bridge("kokoro", {"text": "Hi", "output": str(file), "vioce": "af_sky"}, packages)
    assert done.code == 0 and done.out == '{"duration": 1.0}\n' and "not heeded: vioce; known: " in done.err


def test_a_recording_that_is_not_there_is_named(packages: Path, tmp_path: Path) -> None:
    payload = {"text": "Hi", "output": str(tmp_path / "x.wav"), "speaker_wav": "/nowhere/me.wav"}
    done = bridge("coqui", payload, packages, COQUI_TOS_AGREED="1")
    assert done.code != 0 and "/nowhere/me.wav is not there" in done.err


def test_a_licence_is_not_agreed_to_by_accident(packages: Path, tmp_path: Path) -> None:
    done = bridge("coqui", {"text": "Hi", "output": str(tmp_path / "x.wav")}, packages)
    assert done.code != 0 and done.out == "" and "COQUI_TOS_AGREED=1" in done.err and "commercially" in done.err


def test_a_long_text_is_said_whole(hum: Path, tmp_path: Path) -> None:
    """A model that hums takes its time for every letter."""
    sentence = "Shall I show you where the meeting is? "
    seconds = {}
    for times in (25, 225):
        text, file = sentence * times, tmp_path / f"{times}.wav"
        done = bridge("kokoro", {"text": text, "output": str(file)}, KOKORO_MODEL=str(hum))
        assert done.code == 0, done.err
        seconds[times] = json.loads(done.out)["duration"]
    assert len(sentence) * 225 > 8_500
    assert seconds[225] == pytest.approx(9 * seconds[25], rel=0.05)


@pytest.mark.parametrize("text", ["word " * 1_800, "x" * 9_000, " " * 3_000 + "x", "a\nb" * 800, "One."])
def test_pieces_are_the_text_and_never_longer_than_the_engine_takes(text: str) -> None:
    from parley_workers.bridge.kokoro import pieces

    parts = list(pieces(text))
    assert "".join(part["text"] for part in parts) == text
    assert all(0 < len(part["text"]) <= 1_000 for part in parts)
    assert [part["from"] for part in parts] == [sum(len(one["text"]) for one in parts[:n]) for n in range(len(parts))]
    assert [part["last"] for part in parts] == [False] * (len(parts) - 1) + [True]
    if "word" in text:
        assert all(part["text"].endswith("word ") for part in parts)


def test_what_the_setup_brought_is_found(hum: Path, tmp_path: Path, packages: Path) -> None:
    (tmp_path / "data/models").mkdir(parents=True)
    (tmp_path / "data/models/kokoro").symlink_to(hum)
    wanted = {"text": "Good morning.", "output": str(tmp_path / "said.wav")}
    done = bridge("kokoro", wanted, packages, DATA_DIR=str(tmp_path / "data"))
    assert done.code == 0 and "made with" not in done.err, done.err
    other = bridge("kokoro", {**wanted, "repo_id": "somebody/else"}, packages, DATA_DIR=str(tmp_path / "data"))
    assert other.code == 0 and "somebody/else" in other.err


def test_a_brought_model_that_this_python_cannot_load_is_left_to_the_package(
    hum: Path, tmp_path: Path, packages: Path
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/kokoro").mkdir()
    (tmp_path / "models/kokoro/config.json").touch()
    (tmp_path / "models/kokoro/voices").mkdir()
    (tmp_path / "models/kokoro/kokoro-v1_0.pth").touch()
    wanted = {"text": "Good morning.", "output": str(tmp_path / "said.wav")}
    done = bridge("kokoro", wanted, packages, DATA_DIR=str(tmp_path))
    assert done.code == 0 and "made with" in done.err, done.err


def test_what_the_setup_brought_for_coqui_is_found(tmp_path: Path, packages: Path) -> None:
    folder = tmp_path / "models/xtts"
    folder.mkdir(parents=True)
    for name in ("config.json", "model.pth", "vocab.json"):
        (folder / name).touch()
    wanted = {"text": "Good morning.", "output": str(tmp_path / "said.wav")}
    env = {"DATA_DIR": str(tmp_path), "COQUI_TOS_AGREED": "1"}
    assert "made of () ['config_path', 'model_path'" in bridge("coqui", wanted, packages, **env).err
    other = bridge("coqui", {**wanted, "model_name": "tts_models/en/other"}, packages, **env)
    assert "made of ('tts_models/en/other',)" in other.err


def test_a_pipe_gets_the_sound_and_stays_a_pipe(packages: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    done = bridge("kokoro", {"text": "Hello.", "output": str(pipe)}, packages)
    reader.join(30)
    assert (done.code, done.out) == (0, '{"duration": 1.0}\n'), done.err
    assert pipe.is_fifo() and list(tmp_path.glob(".pipe*")) == []
    (tmp_path / "got.wav").write_bytes(got[0])
    assert read(tmp_path / "got.wav")[:2] == (24_000, 24_000)


def test_devices_stay_what_they_are(packages: Path) -> None:
    done = bridge("kokoro", {"text": "Hello.", "output": "/dev/null"}, packages)
    assert (done.code, done.out) == (0, '{"duration": 1.0}\n'), done.err
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("name", ["/dev/stdout", "/proc/self/fd/1"])
def test_stdout_gets_the_sound_before_the_answer(name: str, packages: Path, tmp_path: Path) -> None:
    given = json.dumps({"text": "Hello.", "output": name}).encode()
    with (tmp_path / "out").open("wb") as out:
        command = [sys.executable, str(PYTHON / "kokoro_bridge.py")]
        env = {**os.environ, "DATA_DIR": NOWHERE, "PYTHONPATH": str(packages)}
        subprocess.run(command, input=given, stdout=out, stderr=subprocess.DEVNULL, env=env, check=True)
    said = (tmp_path / "out").read_bytes()
    assert said[:4] == b"RIFF" and len(said) == 44 + 48_000 + len('{"duration": 1.0}\n')
    assert said.endswith(b'{"duration": 1.0}\n') and Path("/dev/stdout").is_symlink()


def test_a_link_to_a_file_stays_a_link(packages: Path, tmp_path: Path) -> None:
    (tmp_path / "file.wav").touch()
    (tmp_path / "link.wav").symlink_to("file.wav")
    done = bridge("kokoro", {"text": "Hello.", "output": str(tmp_path / "link.wav")}, packages)
    assert done.code == 0 and (tmp_path / "link.wav").is_symlink() and read(tmp_path / "file.wav")[1] == 24_000


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(packages: Path, tmp_path: Path) -> None:
    done = bridge("kokoro", {"text": "Hi", "output": str(tmp_path / "no/such/folder.wav")}, packages)
    assert done.code == 1 and done.out == "" and "no/such" in done.err
    (tmp_path / "taken").mkdir()
    done = bridge("kokoro", {"text": "Hi", "output": str(tmp_path / "taken")}, packages)
    assert done.code == 1 and done.out == "" and list(tmp_path.glob(".taken*")) == []
