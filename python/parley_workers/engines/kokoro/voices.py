"""Voices: each is a table of styles, one row for every length of a text in phonemes. Several can be mixed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pickle import UnpicklingError

import numpy as np
from numpy.typing import NDArray

from ...engine import WorkerError
from .options import LANGUAGES

Style = NDArray[np.float32]
# `af_heart`, or `af_heart,am_adam`, or `af_heart:3,am_adam:1` with the share of each.
PART = re.compile(r"\s*([A-Za-z0-9_-]+)\s*(?::\s*(\d{1,3}(?:\.\d{1,3})?))?\s*")
MOST_MIXED = 8
# Mixes that are kept; a caller who makes up new ones all day must not fill the memory.
MOST_KEPT = 64


@dataclass(frozen=True)
class Voice:
    styles: Style
    # A letter of LANGUAGES.
    language: str

    def style(self, phonemes: int) -> Style:
        return self.styles[min(max(phonemes, 1), len(self.styles)) - 1]


class Voices:
    def __init__(
        self,
        names: list[str],
        read: Callable[[str], Style],
        language: str | None,
        lacks: Callable[[str], str | None] = lambda language: None,
    ) -> None:
        """`lacks` says why nothing can be read in a language: voices of such a language are not to be had."""
        silent = {} if language is not None else {name: lacks(letter_of(name)) for name in names}
        self.names = sorted(name for name in names if silent.get(name) is None)
        self._silent = silent
        self._read = read
        self._language = language
        self._kept: dict[str, Voice] = {}
        self._keeping = threading.Lock()

    def find(self, wanted: str) -> Voice:
        with self._keeping:
            known = self._kept.get(wanted)
            if known is None:
                known = self._mixed(wanted)
                if len(self._kept) >= MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[wanted] = known
            return known

    def _mixed(self, wanted: str) -> Voice:
        parts = [PART.fullmatch(part) for part in wanted.split(",")]
        why = next((self._silent[part[1]] for part in parts if part and self._silent.get(part[1])), None)
        if why is not None:
            raise WorkerError("unknown_voice", f'the voice "{wanted[:80]}": {why}', retryable=False)
        if not 1 <= len(parts) <= MOST_MIXED or not all(part and part[1] in self.names for part in parts):
            raise WorkerError("unknown_voice", f'there is no voice "{wanted[:80]}"', retryable=False)
        shares = np.array([float(part[2] or 1) for part in parts if part], dtype=np.float32)
        if shares.sum() <= 0:
            raise WorkerError("unknown_voice", f'"{wanted[:80]}" has a share of nobody', retryable=False)
        names = [part[1] for part in parts if part]
        tables = [self._table(name) for name in names]
        rows = min(len(table) for table in tables)
        mixed = sum(share * table[:rows] for share, table in zip(shares / shares.sum(), tables))
        return Voice(np.ascontiguousarray(mixed, dtype=np.float32), self._language or letter_of(names[0]))

    def _table(self, name: str) -> Style:
        try:
            return self._read(name)
        except (ValueError, OSError, EOFError, UnpicklingError) as error:
            raise WorkerError("tts_failed", f"the voice {name} is damaged: {error}", retryable=False) from error


def letter_of(name: str) -> str:
    """Voices of one's own making need not follow the rule; they speak American English."""
    return name[0] if name[:1] in LANGUAGES and name[2:3] == "_" else "a"


def table(values: object, name: str) -> Style:
    """Files keep a row as 1 x 256."""
    array = np.asarray(values, dtype=np.float32)
    if array.ndim < 2 or array.shape[-1] % 2 or not np.isfinite(array).all():
        raise ValueError(f"{name} is no table of styles: its shape is {array.shape}")
    return array.reshape(-1, array.shape[-1])
