"""How words sound: the dictionary that comes with the model, and what a persona adds to it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from ...engine import SettingsError
from .transcript import Phones

# The phones of the English model, without its noises and silence.
PHONES = frozenset(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
)


class Dictionary:
    """Every way to say a word, the most usual first."""

    def __init__(self, entries: Mapping[str, list[Phones]]) -> None:
        self._entries = entries

    def __contains__(self, word: str) -> bool:
        return word in self._entries

    def ways(self, word: str) -> list[Phones]:
        return self._entries.get(word, [])

    def write(self, file: Path, words: Iterable[str]) -> None:
        """The part with these words, as PocketSphinx reads it: second ways as `word(2)`."""
        with file.open("w", encoding="utf-8") as out:
            for word in words:
                for n, phones in enumerate(self.ways(word), 1):
                    out.write(f"{word if n == 1 else f'{word}({n})'} {' '.join(phones)}\n")


def read_dictionary(file: Path, words: Container[str], pronunciations: Mapping[str, str]) -> Dictionary:
    """These words of the file; whatever is pronounced by the persona as well, its own way first."""
    entries: dict[str, list[Phones]] = {}
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            name, _, phones = line.rstrip().partition(" ")
            word = name.partition("(")[0]
            if word in words:
                entries.setdefault(word, []).append(tuple(phones.split()))
    for word, phones in pronunciations.items():
        entries[word] = [_checked(word, tuple(phones.split())), *entries.get(word, [])]
    return Dictionary(entries)


def _checked(word: str, phones: Phones) -> Phones:
    strange = [phone for phone in phones if phone not in PHONES]
    if strange or not phones:
        raise SettingsError(f"the pronunciation of {word} has no phones, or one that is none: {' '.join(strange)}")
    return phones
