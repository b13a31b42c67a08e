"""`python -m parley_workers.weights` against a small hub on this machine (loopback_hub.py)."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="fetching needs huggingface_hub, which is not installed")

import numpy as np  # noqa: E402
from huggingface_hub import constants  # noqa: E402
from loopback_hub import COMMIT, LATER, Hub, lead_to, serving  # noqa: E402
from parley_workers.weights import __main__ as command  # noqa: E402
from parley_workers.weights import sources  # noqa: E402
from parley_workers.weights.fetching import UNFINISHED  # noqa: E402

BASE = "Systran/faster-whisper-base"
V3 = "Systran/faster-whisper-large-v3"
KOKORO = "onnx-community/Kokoro-82M-v1.0-ONNX-timestamped"
TORCH = "hexgrad/Kokoro-82M"
XTTS = "coqui/XTTS-v2"
MODEL = bytes(range(256)) * 2000


def _voice(number: int) -> bytes:
    return np.arange(number, number + 510 * 256, dtype="<f4").tobytes()


def _files(repository: str, **files: bytes | str) -> dict[str, bytes]:
    return {f"{repository}/{name}": text.encode() if isinstance(text, str) else text for name, text in files.items()}


def _everything() -> dict[str, bytes]:
    other = {"README.md": "# A model", ".gitattributes": "*.bin filter=lfs"}
    whisper = {"config.json": "{}", "tokenizer.json": "{ }", "model.bin": MODEL, **other}
    voices = {"voices/af_heart.bin": _voice(0), "voices/bm_george.bin": _voice(7)}
    return {
        **_files(BASE, **whisper, **{"vocabulary.txt": "a\nb"}),
        **_files(V3, **whisper, **{"vocabulary.json": '["a"]', "preprocessor_config.json": '{"feature_size": 128}'}),
        **_files(KOKORO, **voices, **{"onnx/model.onnx": MODEL, "onnx/model_q4.onnx": b"smaller"}, **other),
        **_files(TORCH, **{"config.json": "{}", "kokoro-v1_0.pth": MODEL, "voices/af_heart.pt": b"tensor"}),
        **_files(XTTS, **{"config.json": "{}", "vocab.json": "{}", "LICENSE.txt": "CPML"}),
        **_files(XTTS, **{"speakers_xtts.pth": b"speakers", "model.pth": MODEL, "dvae.pth": b"for training"}),
    }


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.delenv("COQUI_TOS_AGREED", raising=False)
    with serving(monkeypatch) as served:
        served.commits[COMMIT] = _everything()
        yield served


def _run(engine: str, folder: Path, *more: str) -> int:
    return command.main([engine, "--into", str(folder), *more])


def _lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.strip().splitlines()


def _there(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def _record(folder: Path) -> dict:
    return json.loads((folder / "weights.json").read_text())


def test_whisper_comes_with_the_files_that_its_repository_has(hub: Hub, tmp_path: Path) -> None:
    assert _run("whisper", tmp_path) == 0
    base = {"config.json", "tokenizer.json", "vocabulary.txt", "model.bin", "weights.json"}
    assert _there(tmp_path / "base") == base
    assert _run("whisper", tmp_path, "--model", "large-v3") == 0
    assert _there(tmp_path / "large-v3") == {*base - {"vocabulary.txt"}, "vocabulary.json", "preprocessor_config.json"}
    assert (tmp_path / "base/model.bin").read_bytes() == MODEL
    assert _record(tmp_path / "base")["files"]["model.bin"] == {
        "repository": BASE,
        "commit": COMMIT,
        "sha256": hashlib.sha256(MODEL).hexdigest(),
        "bytes": len(MODEL),
    }


@pytest.mark.parametrize(
    ("size", "repository"),
    [
        ("tiny.en", "Systran/faster-whisper-tiny.en"),
        ("large", "Systran/faster-whisper-large-v3"),
        ("turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo"),
        ("distil-large-v3", "Systran/faster-distil-whisper-large-v3"),
    ],
)
def test_sizes_have_the_names_that_whisper_users_know(tmp_path: Path, size: str, repository: str) -> None:
    source = sources.whisper(tmp_path, size)
    assert (source.repository, source.folder) == (repository, tmp_path / size)


def test_a_size_that_nobody_has_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("whisper", tmp_path, "--model", "huge") == 1
    assert "--model huge: it must be one of tiny, base, small" in _lines(capsys)[-1]


def test_the_plan_is_said_first_and_can_be_all(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("whisper", tmp_path, "--dry-run") == 0
    said = f"4 files of {BASE}, 0.5 MB: 0.0 MB are in {tmp_path / 'base'}, 0.5 MB are to come"
    assert _lines(capsys) == [said]
    assert _there(tmp_path) == set()
    assert _run("whisper", tmp_path) == 0
    assert _lines(capsys)[0] == said


def test_a_second_start_finds_everything_and_asks_nobody(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for engine, folder in (("whisper", tmp_path / "base"), ("kokoro", tmp_path)):
        assert _run(engine, tmp_path) == 0
        hub.asked.clear()
        capsys.readouterr()
        assert _run(engine, tmp_path) == 0
        assert hub.asked == []
        assert _lines(capsys)[-1] == f"everything is in {folder}"


def test_percentages_are_of_everything_that_is_to_come(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 100_000)
    assert _run("whisper", tmp_path) == 0
    percents = [int(line.split("%")[0]) for line in capsys.readouterr().out.splitlines()]
    assert percents == sorted(set(percents)) and percents[-1] == 100
    assert len(percents) >= 5


def test_a_terminal_gets_a_bar_that_is_written_over(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 100_000)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert _run("whisper", tmp_path) == 0
    out = capsys.readouterr().out
    bars = out.rstrip("\n").split("\r\x1b[K")[1:]
    assert out.count("\n") == 1 and len(bars) >= 5
    assert bars[-1].startswith(f"[{'#' * 20}] 100%")
    assert bars[0].count("#") < 20


def test_a_line_that_breaks_is_taken_up_again(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 50_000)
    hub.cut_after = 200_000
    assert _run("whisper", tmp_path) == 0
    assert (tmp_path / "base/model.bin").read_bytes() == MODEL
    ranges = [wanted for method, path, wanted in hub.asked if method == "GET" and path.endswith("model.bin")]
    assert "bytes=200000-" in ranges and "bytes=400000-" in ranges


def test_another_start_goes_on_where_the_last_one_ended(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unfinished = tmp_path / "base" / UNFINISHED / hashlib.sha256(MODEL).hexdigest()
    unfinished.parent.mkdir(parents=True)
    unfinished.write_bytes(MODEL[:300_000])
    assert _run("whisper", tmp_path) == 0
    assert "0.3 MB are in" in _lines(capsys)[0]
    assert {wanted for _, path, wanted in hub.asked if "/cdn/" in path and "model.bin" in path} == {"bytes=300000-"}
    assert (tmp_path / "base/model.bin").read_bytes() == MODEL
    assert not unfinished.parent.exists()


def test_what_was_begun_is_gone_on_with_at_the_same_commit(hub: Hub, tmp_path: Path) -> None:
    hub.refuse[f"{BASE}/model.bin"] = 503
    assert _run("whisper", tmp_path) == 1
    hub.refuse.clear()
    hub.head, hub.commits[LATER] = LATER, {name: content + b" " for name, content in hub.commits[COMMIT].items()}
    assert _run("whisper", tmp_path) == 0
    assert {entry["commit"] for entry in _record(tmp_path / "base")["files"].values()} == {COMMIT}
    assert (tmp_path / "base/model.bin").read_bytes() == MODEL


def test_a_file_that_is_gone_comes_again_from_its_commit(hub: Hub, tmp_path: Path) -> None:
    assert _run("kokoro", tmp_path) == 0
    hub.head, hub.commits[LATER] = LATER, {name: content + b" " for name, content in hub.commits[COMMIT].items()}
    (tmp_path / "kokoro-v1.0.onnx").unlink()
    assert _run("kokoro", tmp_path) == 0
    assert (tmp_path / "kokoro-v1.0.onnx").read_bytes() == MODEL


def test_what_is_new_is_taken_when_it_is_accepted(hub: Hub, tmp_path: Path) -> None:
    assert _run("whisper", tmp_path) == 0
    hub.head, hub.commits[LATER] = LATER, {name: content + b" " for name, content in hub.commits[COMMIT].items()}
    assert _run("whisper", tmp_path) == 0
    assert (tmp_path / "base/model.bin").read_bytes() == MODEL
    assert _run("whisper", tmp_path, "--accept-new") == 0
    assert (tmp_path / "base/model.bin").read_bytes() == MODEL + b" "
    assert _record(tmp_path / "base")["files"]["model.bin"]["commit"] == LATER


def test_a_commit_can_be_chosen(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.head, hub.commits[LATER] = LATER, {name: content + b" " for name, content in hub.commits[COMMIT].items()}
    assert _run("whisper", tmp_path, "--revision", COMMIT) == 0
    assert (tmp_path / "base/model.bin").read_bytes() == MODEL
    assert _run("whisper", tmp_path, "--model", "tiny", "--revision", "d" * 40) == 1
    assert f"at {'d' * 40}" in _lines(capsys)[-1]


def test_a_wrong_hash_is_thrown_away(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.wrong_hash = True
    assert _run("kokoro", tmp_path) == 1
    assert _lines(capsys)[-1] == "voices/af_heart.bin came with the wrong hash and was thrown away; try again"
    assert _there(tmp_path) == set()


def test_a_file_that_was_changed_here_is_refused(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("whisper", tmp_path) == 0
    (tmp_path / "base/model.bin").write_bytes(b"something else")
    assert _run("whisper", tmp_path) == 1
    assert "model.bin is not what was fetched" in _lines(capsys)[-1]


def test_a_repository_that_is_not_there(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("whisper", tmp_path, "--model", "tiny") == 1
    assert "Systran/faster-whisper-tiny at main is not open to this account (401)" in _lines(capsys)[-1]
    hub.refuse[BASE] = 404
    assert _run("whisper", tmp_path) == 1
    assert _lines(capsys)[-1] == f"{BASE} at main does not exist (404)"


def test_a_repository_without_a_file_that_is_needed(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del hub.commits[COMMIT][f"{BASE}/tokenizer.json"]
    assert _run("whisper", tmp_path) == 1
    assert _lines(capsys)[-1] == f"{BASE} at {COMMIT} has no tokenizer.json"


def test_no_network(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lead_to("http://127.0.0.1:9", monkeypatch)
    assert _run("kokoro", tmp_path) == 1
    assert f"{KOKORO} at main cannot be reached" in _lines(capsys)[-1]
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert _run("kokoro", tmp_path) == 1
    assert "HF_HUB_OFFLINE forbids" in _lines(capsys)[-1]


def test_no_room(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    # The model and the voices would fit, but not the voices a second time.
    usage = type("Usage", (), {"free": len(MODEL) + 3 * len(_voice(0))})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    assert _run("kokoro", tmp_path) == 1
    assert "has room for 0.0 GB" in _lines(capsys)[-1]
    assert not [path for method, path, _ in hub.asked if "/resolve/" in path]
    assert _run("whisper", tmp_path) == 0


def test_who_is_not_the_hub_is_not_believed(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.commits["../../outside"] = hub.commits[COMMIT]
    hub.head = "../../outside"
    assert _run("whisper", tmp_path) == 1
    assert "does not answer like the hub" in _lines(capsys)[-1]


def test_paths_that_lead_elsewhere_are_not_taken(hub: Hub, tmp_path: Path) -> None:
    hub.commits[COMMIT][f"{KOKORO}/voices/../../af_evil.bin"] = _voice(1)
    assert _run("kokoro", tmp_path / "kokoro") == 0
    assert _there(tmp_path) == {"kokoro/kokoro-v1.0.onnx", "kokoro/voices-v1.0.bin", "kokoro/weights.json"}


def test_voices_become_one_file_and_their_hashes_stay(hub: Hub, tmp_path: Path) -> None:
    assert _run("kokoro", tmp_path) == 0
    assert _there(tmp_path) == {"kokoro-v1.0.onnx", "voices-v1.0.bin", "weights.json"}
    voices = np.load(tmp_path / "voices-v1.0.bin", allow_pickle=False)
    assert sorted(voices) == ["af_heart", "bm_george"]
    assert voices["bm_george"].shape == (510, 1, 256) and voices["bm_george"].dtype == np.float32
    assert voices["bm_george"].tobytes() == _voice(7)
    record = _record(tmp_path)
    assert record["files"]["voices/af_heart.bin"]["sha256"] == hashlib.sha256(_voice(0)).hexdigest()
    joined = (tmp_path / "voices-v1.0.bin").read_bytes()
    assert record["made"] == {
        "voices-v1.0.bin": {
            "made_of": ["voices/af_heart.bin", "voices/bm_george.bin"],
            "sha256": hashlib.sha256(joined).hexdigest(),
            "bytes": len(joined),
        }
    }


def test_voices_that_are_gone_come_again(hub: Hub, tmp_path: Path) -> None:
    assert _run("kokoro", tmp_path) == 0
    before = (tmp_path / "voices-v1.0.bin").read_bytes()
    (tmp_path / "voices-v1.0.bin").unlink()
    hub.asked.clear()
    assert _run("kokoro", tmp_path) == 0
    assert (tmp_path / "voices-v1.0.bin").read_bytes() == before
    assert not [path for _, path, _ in hub.asked if path.endswith(".onnx")]


def test_new_voices_replace_the_old_ones_as_a_whole(hub: Hub, tmp_path: Path) -> None:
    assert _run("kokoro", tmp_path) == 0
    hub.head, hub.commits[LATER] = LATER, hub.commits[COMMIT] | {f"{KOKORO}/voices/af_heart.bin": _voice(3)}
    # Ends between two voices.
    hub.refuse[f"{KOKORO}/voices/bm_george.bin"] = 503
    assert _run("kokoro", tmp_path, "--accept-new") == 1
    hub.refuse.clear()
    assert _run("kokoro", tmp_path) == 0
    voices = np.load(tmp_path / "voices-v1.0.bin", allow_pickle=False)
    assert {name: voices[name].tobytes() for name in voices} == {"af_heart": _voice(3), "bm_george": _voice(7)}


@pytest.mark.parametrize(
    ("content", "said"),
    [(_voice(0)[:-4], "has 522236 bytes, and a voice has 522240"), (b"\xff" * 522_240, "is no voice")],
)
def test_what_is_no_voice_is_refused(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    hub.commits[COMMIT][f"{KOKORO}/voices/bm_george.bin"] = content
    assert _run("kokoro", tmp_path) == 1
    assert said in _lines(capsys)[-1]
    assert not (tmp_path / "voices-v1.0.bin").exists()


def test_a_file_of_voices_that_is_not_ours_is_left_alone(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "voices-v1.0.bin").write_bytes(b"somebody's own")
    assert _run("kokoro", tmp_path) == 1
    assert "voices-v1.0.bin was not made here" in _lines(capsys)[-1]
    assert (tmp_path / "voices-v1.0.bin").read_bytes() == b"somebody's own"
    assert _run("kokoro", tmp_path, "--accept-new") == 0
    (tmp_path / "voices-v1.0.bin").write_bytes(b"changed")
    assert _run("kokoro", tmp_path) == 1
    assert "voices-v1.0.bin is not what was made" in _lines(capsys)[-1]


def test_kokoro_for_torch_comes_as_it_is(hub: Hub, tmp_path: Path) -> None:
    assert _run("kokoro", tmp_path, "--torch") == 0
    assert _there(tmp_path) == {"config.json", "kokoro-v1_0.pth", "voices/af_heart.pt", "weights.json"}
    # Both may lie in one folder.
    assert _run("kokoro", tmp_path) == 0
    assert {"kokoro-v1_0.pth", "kokoro-v1.0.onnx", "voices-v1.0.bin"} <= _there(tmp_path)


def test_xtts_is_fetched_by_those_who_agree_to_its_licence(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("xtts", tmp_path) == 1
    said = _lines(capsys)[-1]
    assert "Coqui Public Model License" in said and "non-commercial" in said and "COQUI_TOS_AGREED=1" in said
    assert hub.asked == []
    monkeypatch.setenv("COQUI_TOS_AGREED", "1")
    assert _run("xtts", tmp_path) == 0
    there = {"LICENSE.txt", "config.json", "vocab.json", "speakers_xtts.pth", "model.pth", "weights.json"}
    assert _there(tmp_path) == there
