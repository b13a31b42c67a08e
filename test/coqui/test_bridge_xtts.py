"""One text in, one WAV file out, by XTTS: real processes that load a tiny model as they load the published one."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tiny_xtts

ROOT = Path(__file__).parents[2]
HEARING = ROOT / "test/fixtures/hearing"


@dataclass
class Done:
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It says a few tokens, whatever the text."""
    return tiny_xtts.make(tmp_path_factory.mktemp("bridge"), ends_after=4)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody's sentences, one after another: four seconds of speech at 16 kHz."""
    path = tmp_path_factory.mktemp("recording") / "somebody.wav"
    with wave.open(str(path), "wb") as joined:
        joined.setparams((1, 2, 16_000, 0, "NONE", ""))
        for name in ("capital-of-france", "how-is-the-weather"):
            with wave.open(str(HEARING / f"{name}.wav")) as one:
                joined.writeframes(one.readframes(one.getnframes()))
    return path


def process(payload: dict[str, Any], closing: str = "", **env: str) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COQUI", "HF_", "PYTHONPATH"))}
    given = {"COQUI_TOS_AGREED": "1", "DATA_DIR": "/nowhere", **env}
    process = subprocess.Popen(
        ["sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, str(ROOT / "python/coqui_bridge.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**clean, **given},
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(payload).encode())
    process.stdin.close()
    process.stdin = None
    return process


def ended(process: subprocess.Popen[bytes]) -> Done:
    out, err = process.communicate()
    return Done(process.returncode, out.decode(), err.decode())


def bridge(payload: dict[str, Any], closing: str = "", **env: str) -> Done:
    return ended(process(payload, closing, **env))


def read(path: Path) -> tuple[int, int, bytes]:
    with wave.open(str(path)) as file:
        return file.getframerate(), file.getnframes(), file.readframes(file.getnframes())


def sums(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in folder.iterdir()
    }


def test_what_the_setup_brought_speaks_and_is_only_read(model: Path, tmp_path: Path) -> None:
    """The package's own way of loading writes the weights anew; two of them at once would read what is half written."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models/xtts").symlink_to(model)
    before = sums(model)
    both = [
        process({"text": "Good morning.", "output": str(tmp_path / name)}, DATA_DIR=str(tmp_path))
        for name in ("a.wav", "b.wav")
    ]
    for name, one in zip(("a.wav", "b.wav"), both):
        done = ended(one)
        assert done.code == 0, done.err
        rate, frames, samples = read(tmp_path / name)
        assert done.out == json.dumps({"duration": frames / rate}) + "\n"
        assert rate == 24_000 and frames > 2_000 and any(samples)
    assert sums(model) == before


def test_it_speaks_like_a_recording(model: Path, recording: Path, tmp_path: Path) -> None:
    payload = {"text": "Good morning.", "model_name": str(model), "language": "en-US", "device": "auto"}
    done = bridge({**payload, "output": str(tmp_path / "own.wav"), "speaker_wav": str(recording)})
    assert done.code == 0, done.err
    assert done.out.startswith('{"duration": ') and "Traceback" not in done.err
    assert read(tmp_path / "own.wav")[1] > 2_000


def test_another_rate_is_resampled(model: Path, tmp_path: Path) -> None:
    payload = {"text": "Guten Morgen.", "model_name": str(model), "language": "de", "sample_rate": 8000}
    done = bridge({**payload, "output": str(tmp_path / "x.wav"), "speaker": "Ben Example"})
    assert done.code == 0, done.err
    rate, frames, _ = read(tmp_path / "x.wav")
    assert rate == 8000 and json.loads(done.out)["duration"] == frames / rate


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"language": "xx"}, "language 'xx': XTTS speaks de, en, zh"),
        ({"speaker": "Zoe"}, "speaker: there is no 'Zoe'; there are Ada Example, Ben Example"),
        ({"speaker_wav": "TEXT"}, "TEXT: the recording cannot be read: it is none of WAV, MP3"),
        ({"speaker_wav": "SHORT"}, "SHORT: there are 1.7 s of speech; a voice needs 3 s"),
        ({"speaker_wav": "/nowhere/me.wav"}, "the recording /nowhere/me.wav is not there"),
        ({"model_name": "EMPTY"}, "EMPTY/config.json is not there"),
        ({"model_name": "tts_models/en/nothing/none"}, "Coqui's package knows no tts_models/en/nothing/none"),
    ],
)
def test_what_is_wrong_is_one_sentence(wrong: dict[str, str], why: str, model: Path, tmp_path: Path) -> None:
    places = {"TEXT": tmp_path / "text.wav", "SHORT": HEARING / "capital-of-france.wav", "EMPTY": tmp_path / "empty"}
    places["TEXT"].write_text("RIFF, they said, and WAVE")
    places["EMPTY"].mkdir()
    for name, place in places.items():
        wrong = {key: str(place) if value == name else value for key, value in wrong.items()}
        why = why.replace(name, str(place))
    done = bridge({"text": "Hi", "output": str(tmp_path / "x.wav"), "model_name": str(model), **wrong})
    assert done.code != 0 and done.out == "" and not (tmp_path / "x.wav").exists()
    assert why in done.err.splitlines()[-1] and "Traceback" not in done.err


def test_a_cuda_that_is_not_there_is_told(model: Path, tmp_path: Path) -> None:
    payload = {"text": "Hi", "output": str(tmp_path / "x.wav"), "model_name": str(model), "device": "cuda"}
    done = bridge(payload, CUDA_VISIBLE_DEVICES="")
    assert done.code != 0 and "device cuda: torch sees no CUDA here" in done.err and "Traceback" not in done.err


def test_a_licence_is_asked_for_before_a_folder_is_read(model: Path, tmp_path: Path) -> None:
    payload = {"text": "Hi", "output": str(tmp_path / "x.wav"), "model_name": str(model)}
    done = bridge(payload, COQUI_TOS_AGREED="0")
    assert done.code != 0 and done.out == "" and "set COQUI_TOS_AGREED=1 if you agree" in done.err


def test_what_the_package_has_fetched_is_read_by_the_same_way(model: Path, tmp_path: Path) -> None:
    """As the hub's cache has it; nothing can be fetched here."""
    cache = tmp_path / "hub/models--tts-hub--XTTS-v2"
    (cache / "refs").mkdir(parents=True)
    (cache / "refs/main").write_text("a" * 40)
    (cache / "snapshots").mkdir()
    (cache / "snapshots" / ("a" * 40)).symlink_to(model)
    before = sums(model)
    env = {"HF_HOME": str(tmp_path), "TTS_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    done = bridge({"text": "Hi", "output": str(tmp_path / "x.wav")}, **env)
    assert done.code == 0, done.err
    assert done.out.startswith('{"duration": ') and read(tmp_path / "x.wav")[1] > 2_000
    assert sums(model) == before
    nothing = bridge({"text": "Hi", "output": str(tmp_path / "x.wav")}, **{**env, "HF_HOME": str(tmp_path / "empty")})
    assert nothing.code != 0 and nothing.out == "" and "run `npm run setup:local coqui`" in nothing.err


def test_stdout_has_the_answer_alone_where_stderr_is_closed(model: Path, recording: Path, tmp_path: Path) -> None:
    payload = {"text": "Hi", "output": str(tmp_path / "x.wav"), "model_name": str(model)}
    done = bridge({**payload, "speaker_wav": str(recording)}, "2>&-")
    assert done.code == 0 and list(json.loads(done.out)) == ["duration"] and done.out.count("\n") == 1
