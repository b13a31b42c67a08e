"""What is asked for, what may be asked for, and how a preparation tells of its progress."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..spec import PICTURES_PER_SECOND
from .errors import PreparationCancelled, PreparationError

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
# The limits of src/protocol/pack.ts.
LONGEST_TITLE, LONGEST_STATEMENT = 80, 400
SMALLEST, LARGEST, GRID = 128, 2048, 16
SHORTEST_LOOP_S, LONGEST_LOOP_S = 2.0, 30.0
# Of a film's base pictures, which lie in memory twice while they are made: 6 bytes for a pixel, 1.5 GB in all. The 8 MiB
# of a pack hold a fraction of that at the usual quality.
MOST_PIXELS = 250_000_000


@dataclass(frozen=True)
class Order:
    name: str
    source: Path
    into: Path
    consent: str
    title: str = ""
    credit: str = ""
    landmarks: Path | None = None
    landmarks_model: Path | None = None
    landmarks_python: Path | None = None
    # Width of the base pictures, and their width divided by their height.
    size: int = 512
    aspect: float = 1.0
    start_s: float = 0.0
    end_s: float | None = None
    seconds: float = 6.0
    replace: bool = False

    @property
    def folder(self) -> Path:
        return self.into / self.name

    @property
    def height(self) -> int:
        return max(GRID, round(self.size / self.aspect / GRID) * GRID)

    @property
    def most_seconds(self) -> float:
        """What memory holds of pictures of this size: 2.4 s of the largest."""
        return min(self.seconds, MOST_PIXELS / (self.size * self.height * PICTURES_PER_SECOND))


@dataclass
class Progress:
    """`say(step, done 0..1)` and `warn(sentence)` go out; `cancelled()` comes in and is asked between pictures."""

    say: Callable[[str, float], None] = lambda step, done: None
    tell_warning: Callable[[str], None] = lambda sentence: None
    cancelled: Callable[[], bool] = lambda: False
    warnings: list[str] = field(default_factory=list)

    def step(self, name: str, done: float) -> None:
        self.check()
        self.say(name, min(max(done, 0.0), 1.0))

    def check(self) -> None:
        if self.cancelled():
            raise PreparationCancelled

    def warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)
            self.tell_warning(sentence)


def check_order(order: Order) -> None:
    """Everything that can be refused before a file is opened."""
    if not NAME.fullmatch(order.name):
        raise PreparationError(
            "bad_name", f"{order.name!r} is no name: small letters, digits and hyphens, at most 63, no hyphen first."
        )
    if not order.consent.strip():
        raise PreparationError(
            "no_consent",
            'Say that the person shown agrees: --consent "NAME agreed to this avatar on DATE" goes into the pack.',
        )
    if len(order.consent) > LONGEST_STATEMENT or len(order.credit) > LONGEST_STATEMENT:
        raise _bad(f"The consent and the credit have at most {LONGEST_STATEMENT} characters each.")
    if len(order.title) > LONGEST_TITLE:
        raise _bad(f"The title has at most {LONGEST_TITLE} characters.")
    if order.size % GRID or not SMALLEST <= order.size <= LARGEST:
        raise _bad(f"--size {order.size}: a multiple of {GRID} from {SMALLEST} to {LARGEST}.")
    if not 0.5 <= order.aspect <= 2 or not SMALLEST <= order.height <= LARGEST:
        raise _bad("--aspect is width divided by height, from 0.5 to 2.")
    if not SHORTEST_LOOP_S <= order.seconds <= LONGEST_LOOP_S:
        raise _bad(f"--seconds {order.seconds:g}: from {SHORTEST_LOOP_S:g} to {LONGEST_LOOP_S:g}.")
    if not 0 <= order.start_s < float("inf") or (order.end_s is not None and not order.start_s < order.end_s):
        raise _bad("--start and --end are seconds from the file's beginning, and the end is after the start.")
    if order.folder.exists() and not order.replace:
        raise PreparationError("name_taken", f"There is an avatar {order.name} in {order.into}; --replace replaces it.")


def _bad(sentence: str) -> PreparationError:
    return PreparationError("bad_settings", sentence)
