"""`fetch` against a small hub on this machine with the real one's wire: HEAD and its headers, redirects, ranges."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub", reason="fetching needs huggingface_hub, which is not installed")

from huggingface_hub import constants  # noqa: E402
from parley_workers.musetalk import fetch  # noqa: E402
from parley_workers.musetalk import hub as hub_module  # noqa: E402
from parley_workers.musetalk.weights import FILES, SMALL_DECODER  # noqa: E402

COMMIT = "a" * 40
LATER = "b" * 40
ADDRESS = "/{repo_id}/resolve/{revision}/{filename}"


@dataclass
class Hub:
    url: str = ""
    # By commit, then by "repository/path".
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    head: str = COMMIT
    refuse: dict[str, int] = field(default_factory=dict)
    # Bodies end after so many bytes, as when the line breaks.
    cut_after: int | None = None
    wrong_hash: bool = False
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: bool) -> None:
        hub = self.hub
        hub.asked.append((self.command, self.path, self.headers.get("Range")))
        if self.path.startswith("/cdn/"):
            _, _, commit, name = self.path.split("/", 3)
            return self._send_file(hub.commits[commit][name], body, {})
        repository, _, rest = self.path[1:].partition("/resolve/")
        revision, _, path = rest.partition("/")
        commit, name = (hub.head if revision == "main" else revision), f"{repository}/{path}"
        if name in hub.refuse:
            return self._send(hub.refuse[name], {"X-Repo-Commit": commit})
        if name not in hub.commits.get(commit, {}):
            return self._send(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit})
        content = hub.commits[commit][name]
        if path.endswith(".json"):
            tag = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            return self._send_file(content, body, {"X-Repo-Commit": commit, "ETag": f'"{tag}"'})
        tag = hashlib.sha256(b"other" if hub.wrong_hash else content).hexdigest()
        headers = {"X-Repo-Commit": commit, "X-Linked-Etag": f'"{tag}"', "X-Linked-Size": str(len(content))}
        # Another host, as for the real one: its client follows redirects within the hub even when it asks for headers.
        location = f"{hub.url.replace('127.0.0.1', 'localhost')}/cdn/{commit}/{name}"
        return self._send(302, headers | {"ETag": '"of-the-redirect"', "Location": location})

    def _send_file(self, content: bytes, body: bool, headers: dict[str, str]) -> None:
        start, status = 0, 200
        if wanted := self.headers.get("Range"):
            start, status = int(wanted.removeprefix("bytes=").partition("-")[0]), 206
            headers = headers | {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        part = content[start:]
        sent = part if self.hub.cut_after is None else part[: self.hub.cut_after]
        headers = headers | {"Accept-Ranges": "bytes", "Content-Length": str(len(part))}
        self._send(status, headers, sent if body else b"")

    def _send(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": "0"} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        announced = int(headers.get("Content-Length", 0))
        self.close_connection = self.command == "GET" and len(body) < announced


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    served = Hub()
    handler = type("Bound", (Answers,), {"hub": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    served.commits[COMMIT] = {f"{file.repository}/{file.remote}": _content(file.local) for file in EVERY}
    # Read from HF_ENDPOINT when the library is imported.
    monkeypatch.setattr(constants, "ENDPOINT", served.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", served.url + ADDRESS)
    monkeypatch.setattr(fetch, "_convert", lambda folder: None)
    yield served
    server.shutdown()
    server.server_close()


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
    assert not (tmp_path / fetch.UNFINISHED).exists()


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
    unfinished = tmp_path / fetch.UNFINISHED / tag
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
    assert not list((tmp_path / fetch.UNFINISHED).iterdir())


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
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", "http://127.0.0.1:9" + ADDRESS)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
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
    assert "the disk is full" in hub_module._reason(FILES[0], "main", full)


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
