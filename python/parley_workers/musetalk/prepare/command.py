"""`python -m parley_workers.musetalk prepare NAME SOURCE ...`: prepares one avatar, telling how far it is."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import PreparationCancelled, PreparationError
from .face_masks import FaceParser
from .face_parser import NetworkParser
from .latents import VaeEncoder
from .make import FaceEncoder, make_avatar
from .order import Order, Progress, check_order

CANCELLED = 130
MODELS = Path(__file__).parents[4] / "var/models/musetalk"
# In words for people; programs get the step's own name.
STEPS = {
    "survey": "looking at the source",
    "faces": "finding the face in each picture",
    "pictures": "compressing the pictures",
    "masks": "parsing the face",
    "latents": "encoding the face",
    "writing": "writing",
}
LEAST_STEP = 0.01


def main(
    argv: list[str],
    open_encoder: Callable[[Path, str], FaceEncoder] = VaeEncoder,
    open_parser: Callable[[Path, str], FaceParser] = NetworkParser,
) -> int:
    arguments = _parser().parse_args(argv)
    say = _JsonSpeech() if arguments.json else _PlainSpeech()
    wanted = threading.Event()
    progress = Progress(say.step, say.warning, wanted.is_set)
    order = _order(arguments)
    with _cancelled_by_signals(wanted):
        try:
            check_order(order)
            encoder = open_encoder(Path(arguments.models), arguments.device)
            file = arguments.face_parser
            parser = None if file is None else open_parser(file, arguments.device)
            say.made(make_avatar(order, encoder, parser, progress))
        except PreparationCancelled:
            say.error("cancelled", "Cancelled; nothing was kept.")
            return CANCELLED
        except PreparationError as error:
            say.error(error.code, str(error))
            return 1
        except Exception as error:
            # A fault of ours. Who reads the lines is told all the same.
            traceback.print_exc()
            say.error("failed", f"The preparation failed unexpectedly: {type(error).__name__}: {error}")
            return 1
    return 0


def _order(arguments: argparse.Namespace) -> Order:
    return Order(
        name=arguments.name,
        source=arguments.source,
        into=arguments.into,
        consent=arguments.consent,
        title=arguments.title,
        credit=arguments.credit,
        landmarks=arguments.landmarks,
        landmarks_model=arguments.landmarks_model,
        landmarks_python=arguments.landmarks_python,
        size=arguments.size,
        aspect=arguments.aspect,
        start_s=arguments.start,
        end_s=arguments.end,
        seconds=arguments.seconds,
        replace=arguments.replace,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m parley_workers.musetalk prepare",
        description="Makes an avatar from a video or a photo of a person who agrees to it.",
    )
    parser.add_argument("name", help="small letters, digits and hyphens")
    parser.add_argument("source", type=Path, help="a video, or a photo (JPEG or PNG)")
    parser.add_argument("--into", type=Path, required=True, help="the folder of avatars")
    parser.add_argument(
        "--models", default=os.environ.get("MUSETALK_MODELS_DIR") or MODELS, help="the folder of models"
    )
    parser.add_argument("--device", default="auto", help="cpu, cuda or cuda:1; by itself the GPU where there is one")
    parser.add_argument("--consent", default="", help="who agreed to what and when; goes into the pack")
    parser.add_argument("--title", default="", help="the name that callers read")
    parser.add_argument("--credit", default="", help="who was filmed and under what terms; else the consent")
    parser.add_argument("--landmarks", type=Path, help="a JSON file with the face's numbers")
    parser.add_argument("--landmarks-model", type=Path, help="a face_landmarker.task")
    parser.add_argument("--landmarks-python", type=Path, help="the Python that has mediapipe")
    parser.add_argument(
        "--face-parser",
        type=Path,
        default=os.environ.get("MUSETALK_FACE_PARSER") or None,
        help="makes the mask by face parsing instead of from landmarks: the weights 79999_iter.pth of BiSeNet, or the "
        "same as safetensors; bring them yourself, their training pictures are for research only",
    )
    parser.add_argument("--size", type=int, default=512, help="width of the pictures, a multiple of 16")
    parser.add_argument("--aspect", type=float, default=1.0, help="their width divided by their height")
    parser.add_argument("--start", type=float, default=0.0, help="seconds from the video's beginning")
    parser.add_argument("--end", type=float)
    parser.add_argument("--seconds", type=float, default=6.0, help="how long the loop may be in one direction")
    parser.add_argument("--replace", action="store_true", help="an avatar of this name goes away")
    parser.add_argument("--json", action="store_true", help="progress as one JSON object a line")
    return parser


@contextmanager
def _cancelled_by_signals(cancelled: threading.Event) -> Iterator[None]:
    """The first signal cancels at the next picture. Outside the main thread the caller has other means."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: cancelled.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Speech:
    def __init__(self) -> None:
        self._last: tuple[str, float] = ("", 0.0)

    def step(self, name: str, done: float) -> None:
        """At most a hundred times a step."""
        step, at = self._last
        if name != step or done - at >= LEAST_STEP or (done == 1.0 and at != 1.0):
            self._last = name, done
            self._step(name, done)

    def _step(self, name: str, done: float) -> None:
        raise NotImplementedError


class _JsonSpeech(_Speech):
    def _step(self, name: str, done: float) -> None:
        self._line({"step": name, "done": round(done, 3)})

    def warning(self, sentence: str) -> None:
        self._line({"warning": sentence})

    def made(self, summary: dict[str, Any]) -> None:
        self._line({"made": summary})

    def error(self, code: str, sentence: str) -> None:
        self._line({"error": {"code": code, "message": sentence}})

    def _line(self, value: dict[str, Any]) -> None:
        print(json.dumps(value), flush=True)


class _PlainSpeech(_Speech):
    def _step(self, name: str, done: float) -> None:
        # On a terminal one line that counts; in a log one line for each step.
        if sys.stdout.isatty():
            print(f"\r\x1b[K{STEPS[name]}: {done:.0%}", end="", flush=True)
        elif done == 0.0:
            print(STEPS[name], flush=True)

    def warning(self, sentence: str) -> None:
        self._line(f"warning: {sentence}")

    def made(self, summary: dict[str, Any]) -> None:
        self._line(
            f"{summary['folder']}: {summary['pictures']} pictures, loop of {summary['loop_s']:.1f} s, "
            f"score {summary['score']} of 100. Look at {Path(summary['folder']) / 'sheet.png'}."
        )

    def error(self, code: str, sentence: str) -> None:
        self._line(f"{sentence} ({code})")

    def _line(self, text: str) -> None:
        print(("\r\x1b[K" if sys.stdout.isatty() else "") + text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
