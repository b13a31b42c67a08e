"""`fetch`: brings the published weights, checks them, remembers what came, and converts them.

`weights.json` beside them records of every file its repository, commit and sha256, written when the file first came.
From then on the same commit is asked for, and anything else under that name is refused until somebody says otherwise.
A file has its final name only when it is whole and its hash is right.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from . import hub
from .hub import FetchError, Offer, has_tag, sha256
from .weights import FILES, REPOSITORIES, SMALL_DECODER, WeightFile

# Where the gateway looks, unless DATA_DIR says otherwise: beside the folder python/.
DEFAULT_FOLDER = Path(__file__).parents[3] / "var/models/musetalk"
RECORD = "weights.json"
# Unfinished downloads, by hash, so that another start goes on with the same content only.
UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class Entry:
    repository: str
    commit: str
    sha256: str
    bytes: int


def main(argv: list[str]) -> int:
    choice = _parser().parse_args(argv)
    try:
        revisions = dict(_revision(text) for text in choice.revision)
        if not choice.convert_only:
            files = (*FILES, SMALL_DECODER) if choice.small_decoder else FILES
            fetch(choice.into, revisions, choice.accept_new, files)
        _convert(choice.into)
    except FetchError as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        _say("stopped; another start goes on from here")
        return 130
    _say(f"the models are in {choice.into}")
    return 0


def fetch(folder: Path, revisions: dict[str, str], accept_new: bool, files: Sequence[WeightFile]) -> None:
    recorded = read_record(folder)
    for file in files:
        known = None if accept_new else recorded.get(file.local)
        if _is_here(folder, file, known):
            _say(f"{file.local} is here")
            continue
        revision = revisions.get(file.part) or (known.commit if known else "main")
        recorded[file.local] = _bring(folder, file, revision, known, accept_new)
        _write_record(folder, recorded)
    shutil.rmtree(folder / UNFINISHED, ignore_errors=True)


def read_record(folder: Path) -> dict[str, Entry]:
    path = folder / RECORD
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {name: Entry(**entry) for name, entry in content["files"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FetchError(f"{path} cannot be read: {error!r}; mend it, or remove it to trust the hub anew") from error


def _is_here(folder: Path, file: WeightFile, known: Entry | None) -> bool:
    path = folder / file.local
    if known is None:
        return False
    if not path.exists():
        # Pickles may be removed once they are converted.
        return file.is_pickle and (folder / file.converted).is_file()
    if path.stat().st_size == known.bytes and sha256(path) == known.sha256:
        return True
    raise FetchError(f"{path} is not what was fetched (its hash differs from {RECORD}); remove it to fetch it again")


def _bring(folder: Path, file: WeightFile, revision: str, known: Entry | None, accept_new: bool) -> Entry:
    offer = hub.ask(file, revision)
    path = folder / file.local
    if path.exists() and has_tag(path, offer.tag):
        _say(f"{file.local} is here and is what the hub has")
        return _accepted(file, offer, path, known)
    if path.exists() and not accept_new:
        raise FetchError(
            f"{path} is here but differs from {file.repository} at {offer.commit}; "
            "move it away, or replace it with --accept-new"
        )
    _say(f"{file.local} from {file.repository} at {offer.commit}, {offer.size / 1e6:.1f} MB")
    unfinished = folder / UNFINISHED / offer.tag
    _check_space(folder, offer.size - (unfinished.stat().st_size if unfinished.exists() else 0))
    hub.download(file, offer, unfinished)
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


def _accepted(file: WeightFile, offer: Offer, path: Path, known: Entry | None) -> Entry:
    entry = Entry(file.repository, offer.commit, sha256(path), path.stat().st_size)
    if known and entry.sha256 != known.sha256:
        raise FetchError(
            f"{file.repository} has another {file.remote} at {offer.commit} than the one in {RECORD} "
            f"(from {known.commit}); take it with --accept-new"
        )
    return entry


def _check_space(folder: Path, needed: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise FetchError(f"{folder} cannot be written: {error.strerror}") from error
    # Conversion writes as much again.
    if free < 2 * needed:
        raise FetchError(f"{folder} has room for {free / 1e9:.1f} GB, and {2 * needed / 1e9:.1f} GB are needed")


def _write_record(folder: Path, recorded: dict[str, Entry]) -> None:
    content = {"version": 1, "files": {name: asdict(entry) for name, entry in sorted(recorded.items())}}
    unfinished = folder / (RECORD + ".unfinished")
    unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    os.replace(unfinished, folder / RECORD)


def _convert(folder: Path) -> None:
    try:
        from . import convert
    except ImportError as error:
        _say(
            f"not converted: {error}. Install torch and safetensors, then run "
            f"python -m parley_workers.musetalk fetch --convert-only --into {folder}"
        )
        return
    try:
        convert.convert_folder(folder, _say)
    except convert.ConversionError as error:
        raise FetchError(str(error)) from error


def _revision(text: str) -> tuple[str, str]:
    part, _, commit = text.partition("=")
    if part not in REPOSITORIES or not commit:
        raise FetchError(f"--revision {text}: it must be one of {', '.join(REPOSITORIES)}, then = and a commit")
    return part, commit


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parley_workers.musetalk fetch", description=__doc__)
    default = Path(os.environ.get("MUSETALK_MODELS_DIR") or DEFAULT_FOLDER)
    parser.add_argument("--into", type=Path, default=default, help=f"folder of the models (default: {default})")
    parser.add_argument(
        "--revision", action="append", default=[], metavar="PART=COMMIT", help=f"PART: {', '.join(REPOSITORIES)}"
    )
    parser.add_argument("--accept-new", action="store_true", help="take what the hub has now, even if it differs")
    parser.add_argument("--small-decoder", action="store_true", help="TAESD as well, 10 MB, for the decoder `small`")
    parser.add_argument("--convert-only", action="store_true", help="fetch nothing, only convert what is here")
    return parser


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
