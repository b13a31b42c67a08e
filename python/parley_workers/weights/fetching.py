"""Brings files of the hub into a folder, with the record beside them (record.py).

From the first time on the same commit is asked for, and anything else under that name is refused until somebody says
otherwise. A file has its final name only when it is whole and its hash is right.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .. import hub
from ..hub import FetchError, HubFile, Offer, has_tag, sha256
from .record import RECORD, Entry, read_record, write_record

# Unfinished downloads, by hash, so that another start goes on with the same content only.
UNFINISHED = ".unfinished"

# The name of a file, and how much of it is there.
Tell = Callable[[str, int], None]


def fetch(folder: Path, files: Sequence[HubFile], accept_new: bool, room: int = 1, tell: Tell | None = None) -> None:
    """`room`: how many times its size a file needs, with what will be made of it."""
    record = read_record(folder)
    # What was made of files that lie beside it again is to be made anew.
    stale = {file.made for file in files if (folder / file.local).exists()}
    for file in files:
        known = None if accept_new else record.files.get(file.local)
        if _is_here(folder, file, known, stale):
            say(f"{file.local} is here")
            continue
        revision = file.revision or (known.commit if known else "main")
        record.files[file.local] = _bring(folder, file, revision, known, accept_new, room, tell)
        write_record(folder, record)
    shutil.rmtree(folder / UNFINISHED, ignore_errors=True)


def _is_here(folder: Path, file: HubFile, known: Entry | None, stale: set[str | None]) -> bool:
    path = folder / file.local
    if known is None:
        return False
    if not path.exists():
        return file.made is not None and file.made not in stale and (folder / file.made).is_file()
    if path.stat().st_size == known.bytes and sha256(path) == known.sha256:
        return True
    raise FetchError(f"{path} is not what was fetched (its hash differs from {RECORD}); remove it to fetch it again")


def _bring(
    folder: Path,
    file: HubFile,
    revision: str,
    known: Entry | None,
    accept_new: bool,
    room: int,
    tell: Tell | None,
) -> Entry:
    offer = hub.ask(file, revision)
    path = folder / file.local
    if path.exists() and has_tag(path, offer.tag):
        say(f"{file.local} is here and is what the hub has")
        return _accepted(file, offer, path, known)
    if path.exists() and not accept_new:
        raise FetchError(
            f"{path} is here but differs from {file.repository} at {offer.commit}; "
            "move it away, or replace it with --accept-new"
        )
    say(f"{file.local} from {file.repository} at {offer.commit}, {offer.size / 1e6:.1f} MB")
    unfinished = folder / UNFINISHED / offer.tag
    check_space(folder, room * (offer.size - (unfinished.stat().st_size if unfinished.exists() else 0)))
    hub.download(file, offer, unfinished, None if tell is None else lambda size: tell(file.local, size))
    if not has_tag(unfinished, offer.tag):
        unfinished.unlink()
        raise FetchError(f"{file.local} came with the wrong hash and was thrown away; try again")
    try:
        entry = _accepted(file, offer, unfinished, known)
    except FetchError:
        unfinished.unlink()
        raise
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(unfinished, path)
    return entry


def _accepted(file: HubFile, offer: Offer, path: Path, known: Entry | None) -> Entry:
    entry = Entry(file.repository, offer.commit, sha256(path), path.stat().st_size)
    if known and entry.sha256 != known.sha256:
        raise FetchError(
            f"{file.repository} has another {file.remote} at {offer.commit} than the one in {RECORD} "
            f"(from {known.commit}); take it with --accept-new"
        )
    return entry


def check_space(folder: Path, needed: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise FetchError(f"{folder} cannot be written: {error.strerror}") from error
    if free < needed:
        raise FetchError(f"{folder} has room for {free / 1e9:.1f} GB, and {needed / 1e9:.1f} GB are needed")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
