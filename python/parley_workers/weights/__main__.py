"""`python -m parley_workers.weights whisper|kokoro|xtts --into FOLDER`: brings the weights of an engine."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ..hub import FetchError
from . import sources
from .fetching import fetch, say
from .plan import plan_of
from .progress import Progress
from .sources import Source
from .voices import check_voices, join_voices

LICENCE = (
    "the weights of XTTS v2 are under the Coqui Public Model License (https://coqui.ai/cpml): they and what is made with "
    "them may be used for non-commercial purposes only. Whoever agrees sets COQUI_TOS_AGREED=1"
)


def main(argv: list[str]) -> int:
    choice = _parser().parse_args(argv)
    try:
        source = _source(choice)
        plan = plan_of(source, choice.revision, choice.accept_new)
        say(plan.told)
        if choice.dry_run:
            return 0
        check_voices(source.folder, plan.files, choice.accept_new)
        plan.check_room()
        progress = Progress(plan)
        try:
            fetch(source.folder, plan.files, choice.accept_new, tell=progress)
        finally:
            progress.end()
        join_voices(source.folder, plan.files)
    except FetchError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("stopped; another start goes on from here")
        return 130
    say(f"the weights are in {source.folder}" if plan.missing else f"everything is in {source.folder}")
    return 0


def _source(choice: argparse.Namespace) -> Source:
    if choice.engine == "whisper":
        return sources.whisper(choice.into, choice.model)
    if choice.engine == "kokoro":
        return sources.kokoro_for_torch(choice.into) if choice.torch else sources.kokoro(choice.into)
    if os.environ.get("COQUI_TOS_AGREED") != "1":
        raise FetchError(LICENCE)
    return sources.xtts(choice.into)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="where they go")
    shared.add_argument("--revision", metavar="COMMIT", help="instead of the newest, or of what came earlier")
    shared.add_argument("--accept-new", action="store_true", help="take what the hub has now, even if it differs")
    shared.add_argument("--dry-run", action="store_true", help="say what would be fetched, and fetch nothing")
    parser = argparse.ArgumentParser(prog="parley_workers.weights", description=__doc__)
    engines = parser.add_subparsers(dest="engine", required=True)
    whisper = engines.add_parser("whisper", parents=[shared], help="into FOLDER/SIZE")
    whisper.add_argument("--model", default="base", metavar="SIZE", help=", ".join(sources.WHISPERS))
    kokoro = engines.add_parser("kokoro", parents=[shared])
    kokoro.add_argument("--torch", action="store_true", help="the model for torch instead of that for ONNX Runtime")
    engines.add_parser("xtts", parents=[shared])
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
