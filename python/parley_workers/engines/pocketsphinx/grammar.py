"""What the worker is set up with: the phrases to listen for as a graph of words, and how names are pronounced.

Parley builds the graph (src/engines/stt/) and checks its words against the dictionary. What is wrong here is therefore
a mistake of whoever sent it, and is refused with the place it stands at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...engine import SettingsError

MOST_PLACES = 16


@dataclass(frozen=True)
class Arc:
    origin: int
    target: int
    word: str


@dataclass(frozen=True)
class Grammar:
    """Every way from state 0 to an end is a phrase."""

    arcs: tuple[Arc, ...]
    ends: tuple[int, ...]
    words: tuple[str, ...]
    # Per word, phones without stress marks: beside those of the dictionary.
    pronunciations: dict[str, str]

    @property
    def states(self) -> int:
        return 1 + max(max(arc.origin, arc.target) for arc in self.arcs)

    def has(self, words: Sequence[str]) -> bool:
        """Whether these words are a phrase, and not only the beginning of one."""
        places = {0}
        for word in words:
            places = {arc.target for arc in self.arcs if arc.origin in places and arc.word == word}
        return bool(words) and not places.isdisjoint(self.ends)


def read_grammar(settings: dict[str, Any]) -> Grammar:
    words = _list(settings, "words", str)
    ends = _list(settings, "ends", int)
    arcs = tuple(_arc(n, entry, words) for n, entry in enumerate(_list(settings, "arcs", list)))
    pronunciations = settings.get("pronunciations")
    if not isinstance(pronunciations, dict) or not all(isinstance(value, str) for value in pronunciations.values()):
        raise SettingsError("pronunciations is not an object of strings")
    if not arcs:
        raise SettingsError("arcs is empty: there is no phrase to listen for")
    reached = {arc.target for arc in arcs}
    lost = [end for end in ends if end not in reached]
    if not ends or lost:
        raise SettingsError(f"ends {lost or 'is empty'}: no arc leads there")
    return Grammar(arcs, tuple(ends), tuple(words), pronunciations)


def read_places(settings: dict[str, Any]) -> int:
    places = settings.get("places")
    if isinstance(places, bool) or not isinstance(places, int) or not 1 <= places <= MOST_PLACES:
        raise SettingsError(f"places is {places!r}; it is a whole number from 1 to {MOST_PLACES}")
    return places


def _list(settings: dict[str, Any], name: str, kind: type) -> list[Any]:
    found = settings.get(name)
    if not isinstance(found, list) or not all(type(entry) is kind for entry in found):
        raise SettingsError(f"{name} is not a list of {kind.__name__}")
    return found


def _arc(n: int, entry: list[Any], words: list[str]) -> Arc:
    if len(entry) != 3 or not all(type(number) is int and number >= 0 for number in entry):
        raise SettingsError(f"arcs[{n}] is not [from, to, word]")
    origin, target, word = entry
    if word >= len(words):
        raise SettingsError(f"arcs[{n}] has word {word}; there are {len(words)}")
    return Arc(origin, target, words[word])
