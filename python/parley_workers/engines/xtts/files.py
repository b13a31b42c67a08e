"""Where the parts of the model lie, as they are published: four files in one folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...engine import SettingsError

MEND = "run `npm run setup:local coqui`, or set COQUI_MODEL to the folder that has it"


@dataclass(frozen=True)
class Files:
    config: Path
    weights: Path
    vocabulary: Path
    speakers: Path


def find_files(folder: Path) -> Files:
    return Files(
        config=_there(folder / "config.json"),
        weights=_there(folder / "model.pth"),
        vocabulary=_there(folder / "vocab.json"),
        speakers=_there(folder / "speakers_xtts.pth"),
    )


def _there(path: Path) -> Path:
    if not path.is_file():
        raise SettingsError(f"{path} is not there: {MEND}")
    return path
