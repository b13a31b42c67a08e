"""`fetch`: brings the published weights, checks them, remembers what came (weights/fetching.py), and converts them."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..hub import FetchError
from ..weights.fetching import fetch, say
from .weights import FILES, REPOSITORIES, SMALL_DECODER

# Where the gateway looks, unless DATA_DIR says otherwise: beside the folder python/.
DEFAULT_FOLDER = Path(__file__).parents[3] / "var/models/musetalk"
# Conversion writes as much again.
ROOM = 2


def main(argv: list[str]) -> int:
    choice = _parser().parse_args(argv)
    try:
        revisions = dict(_revision(text) for text in choice.revision)
        if not choice.convert_only:
            files = (*FILES, SMALL_DECODER) if choice.small_decoder else FILES
            wanted = [file.on_the_hub(revisions.get(file.part)) for file in files]
            fetch(choice.into, wanted, choice.accept_new, ROOM)
        _convert(choice.into)
    except FetchError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("stopped; another start goes on from here")
        return 130
    say(f"the models are in {choice.into}")
    return 0


def _convert(folder: Path) -> None:
    try:
        from . import convert
    except ImportError as error:
        say(
            f"not converted: {error}. Install torch and safetensors, then run "
            f"python -m parley_workers.musetalk fetch --convert-only --into {folder}"
        )
        return
    try:
        convert.convert_folder(folder, say)
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
