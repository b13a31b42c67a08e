"""XTTS's engine on a model that nobody has taught anything, loaded as the published one is: it starts, or says why not."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tiny_xtts
import torch
from conftest import settings
from parley_workers.engine import Engine, SettingsError
from parley_workers.engines import xtts
from parley_workers.engines.xtts.files import find_files
from parley_workers.engines.xtts.model import load_model
from parley_workers.engines.xtts.options import read_options

# --- it starts, or says why not ----------------------------------------------------------------------------------------


def test_it_is_ready_with_its_voices(engine: Engine) -> None:
    assert sorted(engine.methods) == ["keep", "learn", "speak"]
    assert engine.info["voices"] == ["Ada Example", "Ben Example"]
    assert (engine.info["device"], engine.info["language"]) == ("cpu", "en")
    assert engine.stats is not None and engine.stats()["on_cpu"] == 1


@pytest.mark.parametrize("agreed", [None, False, "1", 1])
def test_without_the_licence_agreed_to_it_says_what_the_licence_is(folder: Path, agreed: Any) -> None:
    with pytest.raises(SettingsError, match="no commercial use.*COQUI_TOS_AGREED=1"):
        xtts.load(settings(folder, agreed=agreed))


@pytest.mark.parametrize("name", ["config.json", "model.pth", "vocab.json", "speakers_xtts.pth"])
def test_a_missing_file_is_named_with_what_brings_it(folder: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / name).unlink()
    with pytest.raises(SettingsError, match=f"{name} is not there: run `npm run setup:local coqui`"):
        xtts.load(settings(tmp_path))


@pytest.mark.parametrize("name", ["config.json", "model.pth", "vocab.json", "speakers_xtts.pth"])
def test_a_damaged_file_is_named(folder: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises(SettingsError, match=name):
        xtts.load(settings(tmp_path))


@pytest.mark.parametrize("name", ["model.pth", "speakers_xtts.pth"])
def test_a_pickle_that_would_run_something_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    trace = tmp_path / "it-ran"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (trace,))

    torch.save({"model": Trap(), "config": None}, tmp_path / name)
    with pytest.raises(SettingsError, match=name):
        xtts.load(settings(tmp_path))
    assert not trace.exists()
    pickle.loads(pickle.dumps(Trap()))
    assert trace.exists()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"model": ""}, "model"),
        ({"device": "gpu"}, "auto, cpu, cuda"),
        ({"language": "tlh"}, "XTTS speaks de, en, zh"),
        ({"stream_chunk": 4}, "stream_chunk 4: expected a whole number from 5 to 200"),
        ({"temperature": 0}, "temperature"),
        ({"top_p": True}, "top_p"),
        ({"threads": 0}, "threads"),
        ({"seed": -1}, "seed"),
    ],
)
def test_settings_that_are_wrong_are_named(folder: Path, wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        xtts.load(settings(folder, **wrong))


def test_a_speaker_who_is_not_in_the_file_is_refused_at_once(folder: Path) -> None:
    with pytest.raises(SettingsError, match='COQUI_VOICE: there is no speaker "Nobody"; there are Ada Example, Ben Ex'):
        xtts.load(settings(folder, voice="Nobody"))


def test_what_is_left_out_is_as_it_is_published() -> None:
    options = read_options({"model": "x", "agreed": True, "language": "en_US"})
    assert (options.device, options.language, options.stream_chunk, options.seed) == ("auto", "en", 20, None)
    assert (options.temperature, options.length_penalty, options.repetition_penalty) == (0.75, 1.0, 10.0)
    assert (options.top_k, options.top_p) == (50, 0.85)


def test_the_weights_are_only_read(tmp_path: Path) -> None:
    """The package's own way of loading writes the file anew, the first time."""
    files = find_files(tiny_xtts.make(tmp_path))
    before = (hashlib.sha256(files.weights.read_bytes()).digest(), files.weights.stat().st_mtime_ns)
    load_model(files, "cpu", read_options(settings(tmp_path)))
    assert (hashlib.sha256(files.weights.read_bytes()).digest(), files.weights.stat().st_mtime_ns) == before


def test_it_fetches_nothing_and_leaves_stdout_alone(folder: Path) -> None:
    """Every connection is refused before it is made."""
    program = f"""
import socket, sys, threading
def refuse(*_): raise AssertionError("a connection")
socket.socket.connect = socket.getaddrinfo = refuse
from parley_workers.engine import Chunk, Context
from parley_workers.engines import xtts
engine = xtts.load({settings(folder, stream_chunk=100)!r})
context = Context(threading.Event(), lambda *_: None)
phrase = Chunk({{"index": 0, "from": 0, "text": "A.", "last": True}})
said = list(engine.methods["speak"]({{"voice": "Ada Example"}}, iter([phrase]), context))
assert len(said) > 5
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
