"""What a decoder made of an utterance: its words in order, each with its sounds and its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Phones = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A word, or a silence, which has no text and no phones."""

    text: str
    phones: Phones
    # Frames of 10 ms; the last one belongs to it.
    first: int
    last: int
    # How well the sound fits, as a logarithm: comparable only over the same frames.
    fit: int


def spelt(parts: Sequence[Part]) -> str:
    return " ".join(part.text for part in parts if part.text)
