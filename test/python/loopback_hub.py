"""A small hub on this machine with the real one's wire: lists of files, HEAD and its headers, redirects, ranges."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from huggingface_hub import constants

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
        if self.path.startswith("/api/models/"):
            return self._list(self.path.removeprefix("/api/models/"))
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

    def _list(self, asked: str) -> None:
        """What `HfApi().model_info(files_metadata=True)` asks for."""
        hub = self.hub
        path, _, query = asked.partition("?")
        repository, _, revision = path.partition("/revision/")
        commit = revision if revision not in ("", "main") else hub.head
        if repository in hub.refuse:
            return self._send(hub.refuse[repository], {})
        names = [name for name in hub.commits.get(commit, {}) if name.startswith(f"{repository}/")]
        # As the hub answers those who are not logged in: it does not tell whether there is such a repository.
        if not names:
            return self._send(401, {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"})
        files = [{"rfilename": name.removeprefix(f"{repository}/")} for name in names]
        if query.lower() == "blobs=true":
            for file, name in zip(files, names):
                file.update({"size": len(hub.commits[commit][name]), "blobId": "c" * 40})
        body = json.dumps({"id": repository, "modelId": repository, "sha": commit, "siblings": files}).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        return self._send(200, headers, body)

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


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    served = Hub()
    handler = type("Bound", (Answers,), {"hub": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    lead_to(served.url, monkeypatch)
    yield served
    server.shutdown()
    server.server_close()


def lead_to(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read from HF_ENDPOINT when the library is imported."""
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + ADDRESS)
