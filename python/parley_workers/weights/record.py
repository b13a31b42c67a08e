"""`weights.json`, beside the weights: of every file its repository, commit and sha256, written when it first came; and of
what was made here of several files, which they were.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..hub import FetchError

RECORD = "weights.json"


@dataclass(frozen=True)
class Entry:
    repository: str
    commit: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Made:
    made_of: list[str]
    sha256: str
    bytes: int


@dataclass
class Record:
    files: dict[str, Entry] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)


def read_record(folder: Path) -> Record:
    path = folder / RECORD
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        files = {name: Entry(**entry) for name, entry in content["files"].items()}
        return Record(files, {name: Made(**made) for name, made in content.get("made", {}).items()})
    except FileNotFoundError:
        return Record()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FetchError(f"{path} cannot be read: {error!r}; mend it, or remove it to trust the hub anew") from error


def write_record(folder: Path, record: Record) -> None:
    content = {"version": 1, "files": {name: asdict(entry) for name, entry in sorted(record.files.items())}}
    if record.made:
        content["made"] = {name: asdict(made) for name, made in sorted(record.made.items())}
    unfinished = folder / (RECORD + ".unfinished")
    unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    os.replace(unfinished, folder / RECORD)
