"""What Parley asks of the engine, and whether the folder of its model is complete. Nothing is loaded here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...engine import SettingsError

FETCH = "npm run setup:local whisper"
# What every Whisper has that was converted for CTranslate2. The vocabulary is .json or, in older ones, .txt;
# preprocessor_config.json is only there where the sound is prepared otherwise than for the first models.
NEEDED = ("config.json", "model.bin", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
JSON_FILES = ("config.json", "tokenizer.json", "vocabulary.json", "preprocessor_config.json")
COMPUTE = ("auto", "default", "int8", "int8_float32", "int8_float16", "int8_bfloat16", "float16", "bfloat16", "float32")
MOST_BEAMS = 10
MOST_THREADS = 256


@dataclass(frozen=True)
class Options:
    folder: Path
    # auto, cpu, cuda or cuda:1.
    device: str
    compute: str
    beam: int
    # 0: as many as the engine thinks right.
    threads: int


def read_options(settings: dict[str, Any]) -> Options:
    folder = settings.get("model")
    if not isinstance(folder, str) or folder == "":
        raise SettingsError("settings.model must name the folder of a Whisper model")
    device, compute = settings.get("device", "auto"), settings.get("compute", "auto")
    if not isinstance(device, str) or not re.fullmatch(r"auto|cpu|cuda(:\d{1,2})?", device):
        raise SettingsError("settings.device must be auto, cpu, cuda or cuda:0, cuda:1, ...")
    if compute not in COMPUTE:
        raise SettingsError(f"settings.compute must be one of {', '.join(COMPUTE)}")
    beam = _number(settings, "beam", 1, 1, MOST_BEAMS)
    threads = _number(settings, "threads", 0, 0, MOST_THREADS)
    check_folder(Path(folder))
    return Options(Path(folder), device, compute, beam, threads)


def check_folder(folder: Path) -> None:
    """A missing or damaged file is told by its name, with the line that fetches it again."""
    for name in NEEDED:
        if not (folder / name).is_file():
            raise SettingsError(f"{folder / name} is not there; `{FETCH}` fetches it")
    if not any((folder / name).is_file() for name in VOCABULARIES):
        raise SettingsError(f"{folder / VOCABULARIES[0]} is not there; `{FETCH}` fetches it")
    for name in JSON_FILES:
        if (folder / name).is_file():
            _check_json(folder / name)


def damaged(file: Path, error: object) -> SettingsError:
    return SettingsError(f"{file} cannot be used: {error}; delete it, and `{FETCH}` fetches it again")


def _check_json(file: Path) -> None:
    try:
        json.loads(file.read_bytes())
    except (ValueError, OSError) as error:
        raise damaged(file, error) from error


def _number(settings: dict[str, Any], name: str, usual: int, least: int, most: int) -> int:
    value = settings.get(name, usual)
    if type(value) is not int or not least <= value <= most:
        raise SettingsError(f"settings.{name} must be a number from {least} to {most}")
    return value
