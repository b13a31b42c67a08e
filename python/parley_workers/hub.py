"""The hub: what it has under a name, and the download that goes on where another start left off.

huggingface_hub finds the address, the account and the proxy; its own download begins anew with each process.
"""

from __future__ import annotations

import errno
import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

COMMIT = re.compile("[0-9a-f]{40}")
TAG = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


class FetchError(Exception):
    """A sentence for the person who started it."""


@dataclass(frozen=True)
class HubFile:
    repository: str
    # Path in the repository, and below the folder that it is fetched into.
    remote: str
    local: str
    # Instead of the recorded commit, or of the newest one.
    revision: str | None = None
    # What is made of it, below the same folder: once that is there, the file itself may go.
    made: str | None = None


@dataclass(frozen=True)
class Offer:
    """What the hub has: `tag` is the sha256 of large files, and git's own hash of small ones."""

    commit: str
    tag: str
    size: int


@dataclass(frozen=True)
class Listing:
    """All files of a repository, with their sizes."""

    commit: str
    sizes: dict[str, int]


def ask(file: HubFile, revision: str) -> Offer:
    hub = _library()
    try:
        answer = hub.get_hf_file_metadata(hub.hf_hub_url(file.repository, file.remote, revision=revision))
    # The hub's client changed its HTTP library twice, and its errors with it: they are told apart by what they carry.
    except Exception as error:
        raise FetchError(_reason(_name(file, revision), error)) from error
    # Both become part of paths.
    hexadecimal = COMMIT.fullmatch(answer.commit_hash or "") and TAG.fullmatch(answer.etag or "")
    if not hexadecimal or answer.size is None:
        raise FetchError(f"{answer.location} {_NO_HUB}")
    return Offer(answer.commit_hash, answer.etag, answer.size)


def list_files(repository: str, revision: str | None) -> Listing:
    hub = _library()
    try:
        # Its own default was read from HF_ENDPOINT when it was imported; that of `ask` is read when it is asked.
        api = hub.HfApi(endpoint=hub.constants.ENDPOINT)
        answer = api.model_info(repository, revision=revision, files_metadata=True)
    except Exception as error:
        raise FetchError(_reason(f"{repository} at {revision or 'main'}", error)) from error
    sizes = {one.rfilename: one.size for one in answer.siblings or []}
    if not COMMIT.fullmatch(answer.sha or "") or not all(isinstance(size, int) for size in sizes.values()):
        raise FetchError(f"{hub.constants.ENDPOINT}: its list of {repository} {_NO_HUB}")
    return Listing(answer.sha, sizes)


_NO_HUB = "does not answer like the hub; if HF_ENDPOINT is set, check it"


def download(file: HubFile, offer: Offer, unfinished: Path, tell: Callable[[int], None] | None = None) -> None:
    """Adds what is missing; the file is whole when this returns, and its hash is yet to be looked at. `tell` is given how
    much is there, and takes the place of the library's own bar."""
    from huggingface_hub.file_download import http_get

    hub = _library()
    if tell is not None:
        hub.utils.disable_progress_bars()
    url = hub.hf_hub_url(file.repository, file.remote, revision=offer.commit)
    headers = hub.utils.build_hf_headers() | {"Accept-Encoding": "identity"}
    try:
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        if unfinished.exists() and unfinished.stat().st_size > offer.size:
            unfinished.unlink()
        with _Watched(io.FileIO(unfinished, "ab"), tell or (lambda size: None)) as part:
            http_get(
                url,
                part,
                resume_size=part.tell(),
                headers=headers,
                expected_size=offer.size,
                displayed_filename=file.local,
            )
    except Exception as error:
        raise FetchError(_reason(_name(file, offer.commit), error)) from error


class _Watched(io.BufferedWriter):
    def __init__(self, raw: io.FileIO, tell: Callable[[int], None]) -> None:
        super().__init__(raw)
        self._tell = tell

    def write(self, data: Any) -> int:
        written = super().write(data)
        self._tell(self.tell())
        return written


def _name(file: HubFile, revision: str) -> str:
    return f"{file.remote} of {file.repository} at {revision}"


def _reason(name: str, error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in (401, 403):
        return f"{name} is not open to this account ({status}): log in with `hf auth login`, or set HF_TOKEN"
    if status == 404:
        return f"{name} does not exist (404)"
    if status is not None:
        return f"{name}: the hub answered {status}; try again later"
    if getattr(error, "errno", None) == errno.ENOSPC:
        return "the disk is full; make room, another start goes on from here"
    if type(error).__name__ == "OfflineModeIsEnabled":
        return f"{name} is not here, and HF_HUB_OFFLINE forbids to fetch it"
    if isinstance(error, PermissionError):
        return f"{error.filename} may not be written"
    first_line = str(error).partition("\n")[0]
    return f"{name} cannot be reached, another start goes on from here: {type(error).__name__}: {first_line}"


def has_tag(path: Path, tag: str) -> bool:
    if len(tag) == 64:
        return sha256(path) == tag
    # What git calls a file: its length counts in.
    return _digest(path, hashlib.sha1(f"blob {path.stat().st_size}\0".encode())) == tag


def sha256(path: Path) -> str:
    return _digest(path, hashlib.sha256())


def _digest(path: Path, digest: hashlib._Hash) -> str:
    with path.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _library() -> ModuleType:
    try:
        import huggingface_hub
    except ImportError as error:
        raise FetchError(f"{error}: python -m pip install huggingface_hub") from error
    return huggingface_hub
