"""A phrase in pieces that are said in one breath: where a voice computes a piece in one go, its length decides how soon
anything is heard, how long others wait, and how late a cancel frees the device.

Text is never moved, only blanked: a place in a clause is a place in the phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# A whole sentence keeps its melody; 120 characters are 7 to 8 s of speech.
LONGEST = 120
# The first piece of a phrase is what somebody waits for: it ends at a comma, if it has one behind so many characters.
FIRST_LONGEST = 60
FIRST_SHORTEST = 12

SENTENCE_PAUSE_S = 0.30
CLAUSE_PAUSE_S = 0.14
CUT_PAUSE_S = 0.04

SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]»]*(?=\s|$)|[。！？]+[」』”]*|\n+")
CLAUSE_END = re.compile(r"[,;:—–][\"'”’)]*(?=\s|$)|[，、；：]")
# As the gateway has them (src/conversation/boundaries.ts): never the end of a sentence, and only before a capital.
LEADING = frozenset("dr mr mrs ms prof st mt ft gen col sgt rev hon vs fig vol no nr approx ca e.g i.e cf".split())
TRAILING = frozenset("etc inc ltd co corp jr sr dept est a.m p.m".split())
WORD_BEFORE = re.compile(r"[\w.]*\Z")
SAYABLE = re.compile(r"[^\W_]")
MARKUP = re.compile(r"</?[A-Za-z!?][^<>]{0,300}>")
# Signs that are said, as in "50 %" and "3 + 4"; others are pictures.
SAID_SIGNS = frozenset("%+=<>°&@$€£¥#*/")


@dataclass(frozen=True)
class Clause:
    text: str
    # Where in the phrase it begins.
    at: int
    # The silence that belongs behind it, at a voice's own pace.
    pause_s: float


def plain(text: str) -> str:
    """What cannot be said is a blank: markup, pictures, controls, half characters. As long as it was. What only joins
    letters, or tells where a word may be broken, stays: a blank would break it.
    """
    text = MARKUP.sub(lambda match: " " * len(match[0]), text)
    return "".join(character if _is_said(character, text[at - 1 : at]) else " " for at, character in enumerate(text))


def _is_said(character: str, before: str) -> bool:
    if character in "\n " or character in SAID_SIGNS:
        return True
    category = unicodedata.category(character)
    if category == "Cf":
        return before != "" and unicodedata.category(before)[0] in "LM"
    return category[0] in "LMNP"


def clauses(phrase: str, split_pattern: str | None = None) -> Iterator[Clause]:
    """`split_pattern` cuts first of all, and what it matches is not said: Kokoro's own option."""
    text = plain(phrase)
    is_first = True
    for start, end in _between(phrase, split_pattern):
        for sentence, pause in _cut(text, start, end, SENTENCE_END, SENTENCE_PAUSE_S):
            for clause in _breaths(text, sentence, pause, is_first):
                is_first = False
                yield clause


def _between(text: str, pattern: str | None) -> Iterator[tuple[int, int]]:
    start = 0
    for match in re.finditer(pattern, text) if pattern else ():
        if match.end() > match.start():
            yield start, match.start()
            start = match.end()
    yield start, len(text)


def _cut(
    text: str, start: int, end: int, mark: re.Pattern[str], pause: float
) -> Iterator[tuple[tuple[int, int], float]]:
    """Each piece goes up to a mark, and the last one to the end."""
    for match in mark.finditer(text, start, end):
        if mark is SENTENCE_END and not _ends(text, match, end):
            continue
        yield (start, match.end()), pause
        start = match.end()
    if start < end:
        yield (start, end), CUT_PAUSE_S


def _ends(text: str, mark: re.Match[str], end: int) -> bool:
    """Whether this stop ends a sentence: not that of "Dr.", of an initial, nor one before a small letter."""
    if not mark[0].startswith(".") or len(mark[0].rstrip("\"'”’)]»")) > 1:
        return True
    before = WORD_BEFORE.search(text, 0, mark.start())
    word = before[0].lower() if before else ""
    following = text[mark.end() : end].lstrip()
    if not following:
        return True
    if word in LEADING or (len(word) == 1 and word.isalpha()):
        return False
    return not (following[0].islower() or (word in TRAILING and not following[0].isupper()))


def _breaths(text: str, sentence: tuple[int, int], pause: float, is_first: bool) -> Iterator[Clause]:
    start, end = sentence
    while (length := end - start) > 0:
        cut, rest = _place(text, start, end, is_first and length > FIRST_LONGEST)
        if (clause := _clause(text, start, cut, pause if cut == end else rest)) is not None:
            yield clause
            is_first = False
        start = cut


def _place(text: str, start: int, end: int, is_awaited: bool) -> tuple[int, float]:
    """Where the next piece ends, and the pause behind it."""
    if end - start <= LONGEST and not is_awaited:
        return end, 0.0
    ends = [match.end() for match in CLAUSE_END.finditer(text, start, min(end, start + LONGEST))]
    ends = [at for at in ends if at - start >= FIRST_SHORTEST]
    if is_awaited and ends:
        return ends[0], CLAUSE_PAUSE_S
    if end - start <= LONGEST:
        return end, 0.0
    if ends:
        return ends[-1], CLAUSE_PAUSE_S
    blank = text.rfind(" ", start + 1, start + LONGEST)
    return (blank if blank > start else start + LONGEST), CUT_PAUSE_S


def _clause(text: str, start: int, end: int, pause: float) -> Clause | None:
    said = text[start:end]
    if not SAYABLE.search(said):
        return None
    at = start + len(said) - len(said.lstrip())
    return Clause(said.strip(), at, pause)
