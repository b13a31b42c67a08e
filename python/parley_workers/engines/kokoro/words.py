"""When each word of a clause sounds, from how long its phonemes last."""

from __future__ import annotations

import re

from ...speech.speak import Word

WRITTEN = re.compile(r"\S*[^\W_]\S*")
# Marks of punctuation are phonemes to the model, too: pauses, mostly.
SPOKEN = re.compile(r"\S*[^\W_ˈˌ]\S*")


def spoken_words(text: str, phonemes: str, edges: list[int]) -> list[Word]:
    """`edges`: the sample at which each phoneme begins, blanks included, and behind the last one the end.

    As a rule a word that is written is a word that is said. "3.50" and "of the" are not: then a word gets the phonemes
    that stand as far in the sound as its letters in the text.
    """
    written = [match.span() for match in WRITTEN.finditer(text)]
    if not written or len(edges) != len(phonemes) + 1 or edges[-1] <= 0:
        return []
    said = [match.span() for match in SPOKEN.finditer(phonemes)]
    if len(said) != len(written):
        said = [_as_far(span, len(text), len(phonemes)) for span in written]
    words: list[Word] = []
    end = 0
    for (begins, ends), (first, behind) in zip(written, said):
        start = max(end, edges[first])
        end = max(start + 1, edges[behind])
        if end > edges[-1]:
            break
        words.append(Word(begins, ends, start, end))
    return words


def _as_far(span: tuple[int, int], of: int, among: int) -> tuple[int, int]:
    first = min(among - 1, span[0] * among // of)
    return first, max(first + 1, min(among, -(-span[1] * among // of)))
