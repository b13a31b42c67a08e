"""One text in, one WAV out: real processes, with packages that stand where Kokoro's and Coqui's would, and as loud ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import wave
from dataclasses import dataclass
from importlib.util import find_spec
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
    languages = ["en", "de", "pt-br"]
    list_models = staticmethod(lambda: ["tts_models/multilingual/some/your_tts", "tts_models/en/bad/vits"])
    class synthesizer: output_sample_rate = 24000
    def __init__(self, name, **wishes):
        if "bad" in name: raise RuntimeError("it is broken\\nin many ways")
    def to(self, device): sys.stderr.write(f"on {device}\\n"); return self
    def tts(self, **wishes):
        sys.stderr.write(f"asked {sorted(wishes.items())}\\n")
        print("speaking")
        return [0.25] * 24000
"""
)
SOME = "tts_models/multilingual/some/your_tts"
TORCH = """
class cuda: is_available = staticmethod(lambda: True)
"""


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


@pytest.fixture
def with_torch(packages: Path) -> Path:
    (packages / "torch.py").write_text(TORCH)
    return packages


def bridge(engine: str, payload: object, packages: Path | None = None, **env: str) -> Done:
    given = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return started(engine, given, packages=packages, **env)


def started(
    engine: str,
    given: bytes | None,
    *options: str,
    packages: Path | None = None,
    closing: str = "",
    stdout: int | None = subprocess.PIPE,
    **env: str,
) -> Done:
    """`closing`: as a shell closes them, before Python starts."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KOKORO", "COQUI", "HF_HUB"))}
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, *options, str(PYTHON / f"{engine}_bridge.py")],
        input=given,
        check=False,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**clean, "DATA_DIR": NOWHERE, "PYTHONPATH": str(packages or ""), **env},
    )
    return Done(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())


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
    done = bridge("coqui", {"text": "Hi", "output": str(file), "sample_rate": 8000, "model_name": SOME}, packages)
    assert done.code == 0, done.err
    rate, frames, _ = read(file)
    assert rate == 8000 and abs(frames - 8000) <= 2
    assert abs(json.loads(done.out)["duration"] - 1.0) < 0.001


def test_coqui_speaks_as_somebody(tmp_path: Path, with_torch: Path) -> None:
    file, recording = tmp_path / "said.wav", tmp_path / "me.wav"
    recording.touch()
    payload = {"text": "Hallo", "output": str(file), "language": "de", "model_name": SOME, "device": "cuda"}
    done = bridge("coqui", {**payload, "speaker_wav": str(recording)}, with_torch)
    assert done.code == 0, done.err
    assert "('language', 'de')" in done.err and str(recording) in done.err and "on cuda" in done.err
    without = bridge("coqui", {**payload, "speaker_wav": None}, with_torch)
    assert without.code == 0 and "('speaker', 'Ana')" in without.err


@pytest.mark.parametrize(
    ("wanted", "language"), [("en-US", "en"), ("EN", "en"), ("pt_BR", "pt-br"), (None, "en"), ("", "en")]
)
def test_a_language_is_understood_with_its_country(
    wanted: str | None, language: str, tmp_path: Path, packages: Path
) -> None:
    payload = {"text": "Hi", "output": str(tmp_path / "x.wav"), "model_name": SOME, "language": wanted}
    done = bridge("coqui", payload, packages)
    assert done.code == 0 and f"('language', '{language}')" in done.err


@pytest.mark.parametrize("engine", ["kokoro", "coqui"])
def test_the_best_device_is_chosen_for_a_package_that_knows_no_auto(
    engine: str, tmp_path: Path, with_torch: Path
) -> None:
    payload = {"text": "Hi", "output": str(tmp_path / "x.wav"), "device": "auto"}
    done = bridge(engine, {**payload, "model_name": SOME} if engine == "coqui" else payload, with_torch)
    assert done.code == 0 and ("on cuda" in done.err or "('device', 'cuda')" in done.err)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"language": "xx"}, f"language 'xx': {SOME} speaks en, de, pt-br"),
        ({"speaker": "Zoe"}, f"speaker: {SOME} has no 'Zoe'; it has Ana, Ben"),
        ({"model_name": "/nowhere"}, "model_name: there is no folder /nowhere"),
        ({"model_name": "vits"}, "model_name: there is no folder vits, and Coqui's names are like tts_models/"),
        ({"model_name": "tts_models/en/nothing/none"}, "knows no tts_models/en/nothing/none; `tts --list_models`"),
        (
            {"model_name": "tts_models/en/bad/vits"},
            "could not load tts_models/en/bad/vits: RuntimeError: it is broken\n",
        ),
    ],
)
def test_what_coqui_cannot_do_is_one_sentence(wrong: dict[str, str], why: str, tmp_path: Path, packages: Path) -> None:
    done = bridge("coqui", {"text": "Hi", "output": str(tmp_path / "x.wav"), "model_name": SOME, **wrong}, packages)
    assert done.code != 0 and done.out == "" and why in done.err and "Traceback" not in done.err
    assert list(tmp_path.glob("*.wav")) == []


@pytest.mark.parametrize("engine", ["kokoro", "coqui"])
@pytest.mark.parametrize(
    "text", ["", " \n\t ", "...", "\U0001f600", "\u2014", "\u200b\ufeff", "\0", "<b></b>", "\ud83d", '"?!"', "_"]
)
def test_a_text_without_words_needs_no_package_at_all(engine: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "nothing.wav"
    given = json.dumps({"text": text, "output": str(file), "sample_rate": 16_000}).encode()
    done = started(engine, given, "-S")
    assert (done.code, done.out) == (0, '{"duration": 0.0}\n'), done.err
    assert read(file) == (16_000, 0, b"") and done.err == ""


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


def test_a_resampler_that_is_missing_is_named_before_anything_is_spoken(packages: Path, tmp_path: Path) -> None:
    (packages / "soxr.py").write_text("raise ImportError('no soxr')")
    wanted = {"text": "Hello", "output": str(tmp_path / "x.wav")}
    assert bridge("kokoro", wanted, packages).code == 0
    done = bridge("kokoro", {**wanted, "sample_rate": 8000}, packages)
    assert done.code == 1 and "no soxr" in done.err and "asked" not in done.err


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
        ({"text": "x", "output": "x.wav", "speed": 2.5}, "from 0.5 to 2"),
        ({"text": "x", "output": "x.wav", "speed": 0.25}, "speed is 0.25: expected a number from 0.5 to 2"),
        ({"text": "x", "output": "x.wav", "device": "gpu"}, "device is 'gpu': expected auto, cpu, cuda"),
        ({"text": "x", "output": "x\0.wav"}, "output is 'x\\x00.wav': it has NUL"),
        ({"text": "x", "output": "x\udc80.wav"}, "output is 'x\\udc80.wav': it has NUL or half a character"),
        ({"text": "x", "output": "x.wav", "voice": "\ud83d"}, "voice is '\\ud83d'"),
        ({"text": "x", "output": "x.wav", "lang_code": "xx"}, "lang_code: language 'xx': Kokoro speaks a, b"),
        ({"text": "x", "output": "x.wav", "voice": 7}, "voice is 7"),
    ],
)
def test_what_is_wrong_with_a_payload_is_said(payload: object, why: str, packages: Path) -> None:
    done = bridge("kokoro", payload, packages)
    assert done.code != 0 and done.out == "" and why in done.err and "Traceback" not in done.err


def test_a_mark_before_the_payload_is_passed_over(tmp_path: Path) -> None:
    given = b"\xef\xbb\xbf" + json.dumps({"text": "", "output": str(tmp_path / "x.wav")}).encode()
    assert bridge("kokoro", given).out == '{"duration": 0.0}\n'


def test_a_name_that_is_not_known_is_told_and_passed_over(packages: Path, tmp_path: Path) -> None:
    file = tmp_path / "said.wav"
    done = bridge("kokoro", {"text": "Hi", "output": str(file), "vioce": "af_sky"}, packages)
    assert done.code == 0 and done.out == '{"duration": 1.0}\n' and "not heeded: vioce; known: " in done.err


def test_a_recording_that_is_not_there_is_named(packages: Path, tmp_path: Path) -> None:
    payload = {"text": "Hi", "output": str(tmp_path / "x.wav"), "speaker_wav": "/nowhere/me.wav"}
    done = bridge("coqui", payload, packages, COQUI_TOS_AGREED="1")
    assert done.code != 0 and "/nowhere/me.wav is not there" in done.err


@pytest.mark.parametrize(
    "model", [None, "xtts_v2", "tts_models/multilingual/multi-dataset/xtts_v1.1", "a folder", "COQUI_MODEL"]
)
def test_a_licence_is_not_agreed_to_by_accident(model: str | None, packages: Path, tmp_path: Path) -> None:
    env = {"COQUI_MODEL": str(tmp_path)} if model == "COQUI_MODEL" else {}
    name = {"a folder": str(tmp_path), "COQUI_MODEL": None}.get(model or "", model)
    done = bridge("coqui", {"text": "Hi", "output": str(tmp_path / "x.wav"), "model_name": name}, packages, **env)
    assert done.code != 0 and done.out == "" and done.err.count("\n") == 1
    assert "COQUI_TOS_AGREED=1" in done.err and "no commercial use" in done.err


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
    from parley_workers.bridge.spoken import pieces

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
    assert other.code == 0 and "('repo_id', 'somebody/else')" in other.err
    set_by_hand = bridge("kokoro", {**wanted, "repo_id": "somebody/else"}, packages, KOKORO_MODEL=str(hum))
    assert set_by_hand.code == 0 and f"not heeded: repo_id; the model is that of KOKORO_MODEL, {hum}" in set_by_hand.err


@pytest.mark.skipif(find_spec("misaki") is None or find_spec("pyopenjtalk") is not None, reason="Japanese can be read")
def test_a_language_that_needs_another_package_is_named_with_it(hum: Path, packages: Path, tmp_path: Path) -> None:
    wanted = {"text": "Hello", "output": str(tmp_path / "x.wav")}
    for env in ({}, {"KOKORO_MODEL": str(hum)}):
        done = bridge("kokoro", {**wanted, "lang_code": "j"}, packages, **env)
        assert done.code != 0 and "lang_code 'j': ja needs misaki[ja]: " in done.err and "Traceback" not in done.err
    done = bridge("kokoro", {**wanted, "voice": "jf_alpha"}, packages)
    assert done.code != 0 and "voice 'jf_alpha': ja needs misaki[ja]" in done.err


def test_the_runtime_that_is_missing_is_named(tmp_path: Path) -> None:
    """Where the other one is installed, the same command would change nothing."""
    pytest.importorskip("kokoro_onnx")
    (tmp_path / "kokoro.py").write_text("raise ModuleNotFoundError('No module named kokoro', name='kokoro')")
    wanted = {"text": "Hello", "output": str(tmp_path / "x.wav"), "repo_id": "somebody/else"}
    done = bridge("kokoro", wanted, tmp_path)
    assert done.code == 1 and "npm run setup:local kokoro -- --torch" in done.err


def test_a_package_may_fetch_what_is_asked_for_by_name(packages: Path, tmp_path: Path) -> None:
    """Engines of the workers close the hub for their whole process."""
    (packages / "kokoro.py").write_text(f"import os, sys\nprint('hub', os.environ.get('HF_HUB_OFFLINE'))\n{KOKORO}")
    wanted = {"text": "Hello", "output": str(tmp_path / "x.wav")}
    assert "hub None\n" in bridge("kokoro", wanted, packages).err
    assert "hub 1\n" in bridge("kokoro", wanted, packages, HF_HUB_OFFLINE="1").err


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


def test_a_place_that_cannot_be_is_told_before_anything_is_spoken(packages: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "astray").symlink_to("no/such/file")
    names = {
        "no/such/folder.wav": f"there is no folder {tmp_path}/no/such\n",
        "file/x.wav": f"there is no folder {tmp_path}/file\n",
        "astray": f"there is no folder {tmp_path}/no/such\n",
        "taken": f"output: {tmp_path}/taken is a folder",
        "circle": f"output: {tmp_path}/circle cannot be written",
        "x" * 256: "cannot be written: File name too long",
    }
    for name, why in names.items():
        done = bridge("kokoro", {"text": "Hi", "output": str(tmp_path / name)}, packages)
        assert done.code == 1 and done.out == "" and why in done.err, done.err
        assert "asked" not in done.err and "Traceback" not in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["astray", "circle", "file", "packages", "taken"]


def test_a_full_disk_is_told(packages: Path) -> None:
    done = bridge("kokoro", {"text": "Hi", "output": "/dev/full"}, packages)
    assert done.code == 1 and done.out == "" and "output: /dev/full cannot be written: No space left" in done.err


@pytest.mark.parametrize("name", ["x" * 251, "\u00e9" * 125 + "x"])
def test_a_name_may_be_as_long_as_names_can_be(name: str, packages: Path, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.wav"
    assert len(file.name.encode()) == 255
    done = bridge("kokoro", {"text": "Hi", "output": str(file)}, packages)
    assert done.code == 0 and read(file)[1] == 24_000, done.err


# --- stdin, stdout and stderr ------------------------------------------------------------------------------------------


def test_nothing_but_the_answer_is_on_stdout_where_stderr_is_closed(packages: Path, tmp_path: Path) -> None:
    given = json.dumps({"text": "Hello.", "output": str(tmp_path / "x.wav")}).encode()
    done = started("kokoro", given, packages=packages, closing="2>&-")
    assert (done.code, done.out) == (0, '{"duration": 1.0}\n')
    assert read(tmp_path / "x.wav")[1] == 24_000
    wrong = started("kokoro", b"{}", packages=packages, closing="2>&-")
    assert wrong.code != 0 and wrong.out == ""


@pytest.mark.parametrize(
    ("closing", "why"), [("<&-", "stdin is closed"), (">&-", "stdout is closed"), ("<&- >&-", "closed")]
)
def test_a_descriptor_that_is_closed_is_named(closing: str, why: str, packages: Path, tmp_path: Path) -> None:
    given = json.dumps({"text": "Hello.", "output": str(tmp_path / "x.wav")}).encode()
    done = started("kokoro", given, packages=packages, closing=closing)
    assert done.code != 0 and done.out == "" and why in done.err and done.err.count("\n") == 1
    assert not (tmp_path / "x.wav").exists()


def test_a_reader_who_has_gone_is_told_of(packages: Path, tmp_path: Path) -> None:
    given = json.dumps({"text": "Hello.", "output": str(tmp_path / "x.wav")}).encode()
    reading, writing = os.pipe()
    os.close(reading)
    done = started("kokoro", given, packages=packages, stdout=writing)
    os.close(writing)
    assert done.code == 1 and done.err.endswith("the answer cannot be written on stdout: Broken pipe\n")
    with Path("/dev/full").open("wb") as full:
        done = started("kokoro", given, packages=packages, stdout=full.fileno())
    assert done.code == 1 and done.err.endswith("the answer cannot be written on stdout: No space left on device\n")
