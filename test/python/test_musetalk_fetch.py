"""`fetch` against a small hub on this machine (loopback_hub.py)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="fetching needs huggingface_hub, which is not installed")

from huggingface_hub import constants  # noqa: E402
from loopback_hub import COMMIT, LATER, Hub, lead_to, serving  # noqa: E402
from parley_workers import hub as hub_module  # noqa: E402
from parley_workers.musetalk import fetch  # noqa: E402
from parley_workers.musetalk.weights import FILES, SMALL_DECODER  # noqa: E402
from parley_workers.weights.fetching import UNFINISHED  # noqa: E402


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving(monkeypatch) as served:
        served.commits[COMMIT] = {f"{file.repository}/{file.remote}": _content(file.local) for file in EVERY}
        monkeypatch.setattr(fetch, "_convert", lambda folder: None)
        yield served


def _content(name: str) -> bytes:
    if name.endswith(".json"):
        return json.dumps({"name": name}).encode()
    return hashlib.sha512(name.encode()).digest() * 4000


def _name(local: str) -> str:
    return next(f"{file.repository}/{file.remote}" for file in FILES if file.local == local)


def _run(folder: Path, *more: str) -> int:
    return fetch.main(["--into", str(folder), *more])


def _last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.strip().splitlines()[-1]


EVERY = (*FILES, SMALL_DECODER)
VAE = "sd-vae/diffusion_pytorch_model.bin"
UNET = "musetalkV15/unet.pth"


def test_everything_comes_and_is_recorded(hub: Hub, tmp_path: Path) -> None:
    assert _run(tmp_path) == 0
    record = json.loads((tmp_path / "weights.json").read_text())["files"]
    for file in FILES:
        content = (tmp_path / file.local).read_bytes()
        assert content == _content(file.local)
        assert record[file.local] == {
            "repository": file.repository,
            "commit": COMMIT,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }
    assert not (tmp_path / UNFINISHED).exists()


def test_the_small_decoder_comes_when_it_is_asked_for(hub: Hub, tmp_path: Path) -> None:
    assert _run(tmp_path) == 0
    assert not (tmp_path / SMALL_DECODER.local).exists()
    assert _run(tmp_path, "--small-decoder") == 0
    assert (tmp_path / SMALL_DECODER.local).read_bytes() == _content(SMALL_DECODER.local)
    assert len(json.loads((tmp_path / "weights.json").read_text())["files"]) == len(EVERY)


def test_what_is_here_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    assert _run(tmp_path) == 0
    hub.asked.clear()
    assert _run(tmp_path) == 0
    assert hub.asked == []


def test_files_from_elsewhere_are_recognised_by_their_hash(hub: Hub, tmp_path: Path) -> None:
    for file in FILES:
        (tmp_path / file.local).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.local).write_bytes(_content(file.local))
    assert _run(tmp_path) == 0
    assert all(method == "HEAD" for method, _, _ in hub.asked)
    assert len(json.loads((tmp_path / "weights.json").read_text())["files"]) == len(FILES)


def test_another_start_goes_on_where_the_line_broke(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.commits[COMMIT][_name(VAE)] = content = bytes(range(256)) * 4096
    tag = hashlib.sha256(content).hexdigest()
    unfinished = tmp_path / UNFINISHED / tag
    unfinished.parent.mkdir(parents=True)
    unfinished.write_bytes(content[:300_000])
    hub.refuse[_name(UNET)] = 503
    assert _run(tmp_path) == 1
    assert (tmp_path / VAE).read_bytes() == content
    assert "the hub answered 503" in _last_line(capsys)
    ranges = {wanted for method, path, wanted in hub.asked if method == "GET" and path.endswith(_name(VAE))}
    assert ranges == {"bytes=300000-"}


def test_a_line_that_breaks_is_taken_up_again(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    # What the client takes from the line at once, and loses when it breaks in between: 10 MB otherwise.
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 50_000)
    hub.cut_after = 100_000
    assert _run(tmp_path) == 0
    assert (tmp_path / VAE).read_bytes() == _content(VAE)
    ranges = [wanted for method, path, wanted in hub.asked if method == "GET" and path.endswith(_name(VAE))]
    assert "bytes=100000-" in ranges and "bytes=200000-" in ranges


def test_a_line_that_keeps_breaking_leaves_nothing_under_the_final_name(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.cut_after = 0
    assert _run(tmp_path) == 1
    assert "another start goes on from here" in _last_line(capsys)
    assert not (tmp_path / FILES[0].local).exists()
    hub.cut_after = None
    assert _run(tmp_path) == 0


def test_a_wrong_hash_is_thrown_away(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.wrong_hash = True
    assert _run(tmp_path) == 1
    assert _last_line(capsys) == "whisper/pytorch_model.bin came with the wrong hash and was thrown away; try again"
    assert not (tmp_path / "whisper/pytorch_model.bin").exists()
    assert not list((tmp_path / UNFINISHED).iterdir())


@pytest.mark.parametrize(("status", "said"), [(404, "does not exist"), (403, "not open"), (401, "not open")])
def test_a_refusal_is_one_sentence(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int, said: str
) -> None:
    hub.refuse[_name(VAE)] = status
    assert _run(tmp_path) == 1
    line = _last_line(capsys)
    assert said in line and str(status) in line and "stabilityai/sd-vae-ft-mse" in line
    # What came before it stays.
    assert (tmp_path / "whisper/pytorch_model.bin").exists() and not (tmp_path / VAE).exists()


def test_no_network(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_to("http://127.0.0.1:9", monkeypatch)
    assert _run(tmp_path) == 1
    assert "cannot be reached" in _last_line(capsys)


def test_a_full_disk(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    assert _run(tmp_path) == 1
    assert "has room for 0.0 GB" in _last_line(capsys)
    full = OSError(28, "No space left on device")
    assert "the disk is full" in hub_module._reason("a file", full)


def test_the_recorded_commit_is_asked_for_again(hub: Hub, tmp_path: Path) -> None:
    assert _run(tmp_path) == 0
    hub.head, hub.commits[LATER] = LATER, {name: content + b" " for name, content in hub.commits[COMMIT].items()}
    (tmp_path / VAE).unlink()
    hub.asked.clear()
    assert _run(tmp_path) == 0
    assert (tmp_path / VAE).read_bytes() == _content(VAE)
    assert not [path for _, path, _ in hub.asked if "main" in path]


def test_another_hash_is_refused_until_accepted(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path) == 0
    hub.head, hub.commits[LATER] = LATER, {name: content + b" " for name, content in hub.commits[COMMIT].items()}
    (tmp_path / VAE).unlink()
    assert _run(tmp_path, "--revision", f"vae={LATER}") == 1
    assert "--accept-new" in _last_line(capsys)
    assert not (tmp_path / VAE).exists()
    assert _run(tmp_path, "--accept-new") == 0
    assert (tmp_path / VAE).read_bytes() == _content(VAE) + b" "
    assert json.loads((tmp_path / "weights.json").read_text())["files"][VAE]["commit"] == LATER


def test_a_file_that_changed_under_us_is_refused(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path) == 0
    (tmp_path / VAE).write_bytes(b"something else")
    assert _run(tmp_path) == 1
    assert "is not what was fetched" in _last_line(capsys)
    assert (tmp_path / VAE).read_bytes() == b"something else"


def test_a_pickle_may_go_once_it_is_converted(hub: Hub, tmp_path: Path) -> None:
    assert _run(tmp_path) == 0
    (tmp_path / UNET).rename((tmp_path / UNET).with_suffix(".safetensors"))
    hub.asked.clear()
    assert _run(tmp_path) == 0
    assert hub.asked == []


def test_who_is_not_the_hub_is_not_believed(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.commits["../../outside"] = hub.commits[COMMIT]
    hub.head = "../../outside"
    assert _run(tmp_path) == 1
    assert "does not answer like the hub" in _last_line(capsys)


@pytest.mark.parametrize("text", ["unet", "face=main", "unet="])
def test_revisions_name_a_part(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert _run(tmp_path, "--revision", text) == 1
    assert "unet, vae, whisper" in _last_line(capsys)


def test_a_broken_record_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "weights.json").write_text('{"files": {"a": {"sha256": 1}}}')
    assert _run(tmp_path) == 1
    assert "weights.json cannot be read" in _last_line(capsys)
