"""What a source needs on disk, before anything is fetched: how much is there, and how much is to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import hub
from ..hub import HubFile
from .fetching import UNFINISHED, check_space
from .record import Record, read_record
from .sources import Source
from .voices import VOICE_BYTES


@dataclass(frozen=True)
class Plan:
    source: Source
    files: Sequence[HubFile]
    # By where they go below the folder.
    sizes: dict[str, int]
    # Of what is not here.
    missing: Sequence[str]
    # Bytes of earlier starts that were ended in the middle of a file.
    begun: int

    @property
    def total(self) -> int:
        return sum(self.sizes.values())

    @property
    def to_come(self) -> int:
        return max(0, sum(self.sizes[name] for name in self.missing) - self.begun)

    @property
    def told(self) -> str:
        files = f"{len(self.files)} files of {self.source.repository}, {self.total / 1e6:.1f} MB"
        if not self.missing:
            return f"{files}: all are in {self.source.folder}"
        here = self.total - self.to_come
        return f"{files}: {here / 1e6:.1f} MB are in {self.source.folder}, {self.to_come / 1e6:.1f} MB are to come"

    def check_room(self) -> None:
        """Voices are there twice for a moment: each by itself, and all in one."""
        voices = sum(VOICE_BYTES for file in self.files if file.made is not None)
        check_space(self.source.folder, self.to_come + voices if self.missing else 0)


def plan_of(source: Source, revision: str | None, accept_new: bool) -> Plan:
    """Asks the hub only if not everything has come yet, or if it is to be replaced."""
    record = read_record(source.folder)
    entries = {name: entry for name, entry in record.files.items() if entry.repository == source.repository}
    if source.last in entries and not accept_new:
        files = source.recorded(entries, revision)
        sizes = {file.local: entries[file.local].bytes for file in files}
    else:
        recorded = next((entry.commit for entry in entries.values()), None)
        listing = hub.list_files(source.repository, revision or (None if accept_new else recorded))
        files = source.among(listing.sizes, listing.commit)
        sizes = {file.local: listing.sizes[file.remote] for file in files}
    missing = [file.local for file in files if accept_new or not _is_here(source.folder, file, record)]
    begun = sum(path.stat().st_size for path in (source.folder / UNFINISHED).glob("*")) if missing else 0
    return Plan(source, files, sizes, missing, begun)


def _is_here(folder: Path, file: HubFile, record: Record) -> bool:
    """By its name only: its hash is looked at when it is fetched."""
    made = file.local in record.files and file.made is not None and (folder / file.made).is_file()
    return made or (folder / file.local).is_file()
