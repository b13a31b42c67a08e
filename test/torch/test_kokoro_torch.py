"""Kokoro on torch: the real package's model, small and random, loaded by the code that loads the real weights."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import wave
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("kokoro", reason="Kokoro's package for torch is not installed")

import tiny_kokoro_torch  # noqa: E402
import torch  # noqa: E402
from parley_workers.engine import Chunk, Context, SettingsError, WorkerError  # noqa: E402
from parley_workers.engines import kokoro  # noqa: E402
from parley_workers.engines.kokoro import files, model  # noqa: E402
from parley_workers.speech.device import Movable  # noqa: E402

BRIDGE = Path(__file__).parents[2] / "python/kokoro_bridge.py"
TEXT = "Good morning, Ada. Shall we go?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_kokoro_torch.make(tmp_path_factory.mktemp("kokoro") / "model")


def say(engine, text: str, **params: object) -> list[Chunk]:
    context = Context(threading.Event(), lambda level, message, fields: None)
    asked = Chunk({"index": 0, "from": 0, "text": text, "last": True})
    return list(engine.methods["speak"]({"voice": "af_heart", **params}, iter([asked]), context))


def test_it_speaks_with_the_time_of_every_word(folder: Path) -> None:
    engine = kokoro.load({"model": str(folder), "device": "auto"})
    assert engine.info["kind"] == "torch" and engine.info["voices"] == ["af_heart", "bm_george"]
    said = say(engine, TEXT)
    samples = np.frombuffer(b"".join(bytes(chunk.body) for chunk in said), dtype="<i2")
    assert len(samples) > 12_000 and np.abs(samples).max() > 0
    words = [word for chunk in said for word in chunk.data.get("words", [])]
    assert [TEXT[word["from"] : word["to"]] for word in words] == TEXT.split()
    assert words[-1]["end"] <= len(samples)
    starts = [word["start"] for word in words]
    assert starts == sorted(starts)


def test_a_voice_and_its_mix_are_those_of_the_file(folder: Path) -> None:
    engine = kokoro.load({"model": str(folder)})
    one, other, mix = (
        len(b"".join(bytes(chunk.body) for chunk in say(engine, TEXT, voice=voice)))
        for voice in ("af_heart", "bm_george", "af_heart,bm_george")
    )
    assert min(one, other, mix) > 0
    with pytest.raises(WorkerError, match="nobody"):
        say(engine, TEXT, voice="nobody")


def test_faster_is_shorter(folder: Path) -> None:
    engine = kokoro.load({"model": str(folder)})
    slow, fast = (sum(len(chunk.body) for chunk in say(engine, TEXT, speed=speed)) for speed in (0.5, 1.5))
    assert fast < 0.7 * slow


def test_edges_are_those_of_the_phonemes(folder: Path) -> None:
    found = files.find_files(folder, prefers_torch=True)
    assert isinstance(found, files.TorchFiles)
    loaded = model.on_torch(found, "cpu", "hexgrad/Kokoro-82M", None)
    _, read = model.torch_voices(found)
    sounding = loaded.sound("hˈɛlO", read("af_heart")[4], 1.0)
    assert sounding.edges is not None and len(sounding.edges) == len("hˈɛlO") + 1
    assert 0 < sounding.edges[0] < sounding.edges[-1] < len(sounding.sound)


def test_weights_are_not_unpickled_into_code(folder: Path, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self):
            return (print, ("code ran",))

    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    (tmp_path / "voices").mkdir()
    torch.save({"bert": Evil()}, tmp_path / "kokoro-v1_0.pth")
    with pytest.raises(SettingsError, match="cannot be loaded"):
        kokoro.load({"model": str(tmp_path)})


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04"])
def test_weights_that_are_damaged_are_named(folder: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    (tmp_path / "voices").mkdir()
    (tmp_path / "kokoro-v1_0.pth").write_bytes(content)
    with pytest.raises(SettingsError, match=r"kokoro-v1_0.pth cannot be loaded.*npm run setup:local kokoro"):
        kokoro.load({"model": str(tmp_path)})


def test_without_room_on_its_gpu_it_goes_on_on_the_cpu(folder: Path) -> None:
    found = files.find_files(folder, prefers_torch=True)
    assert isinstance(found, files.TorchFiles)
    told: list[str] = []

    def load(device: str) -> model.Model:
        loaded = model.on_torch(found, "cpu", "hexgrad/Kokoro-82M", None)
        if device == "cpu":
            return loaded

        def full(*_: object) -> model.Sounding:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")

        return model.Model("torch", loaded.vocabulary, full)

    _, read = model.torch_voices(found)
    movable = Movable(load, "cuda", told.append)
    sounding = movable.do(lambda one: one.sound("hˈɛlO", read("af_heart")[4], 1.0))
    assert len(sounding.sound) > 0 and movable.moved and "no room" in told[0]


def test_the_bridge_speaks_with_it_and_says_nothing_else(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "said.wav"
    payload = {"text": TEXT, "output": str(file), "model": str(folder), "voice": "bm_george"}
    done = subprocess.run([sys.executable, str(BRIDGE)], input=json.dumps(payload), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with wave.open(str(file)) as wav:
        assert json.loads(done.stdout) == {"duration": wav.getnframes() / 24_000} and wav.getnframes() > 12_000
