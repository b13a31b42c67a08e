"""What XTTS can take at once: text that is only text, cut where a part would be too long for it."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...engine import SettingsError, WorkerError
from ...speech.clauses import SAID_SIGNS, SAYABLE
from ...speech.device import first_line
from .files import Files

# Beyond them the model has no places for text; it was taught up to 400.
MOST_TOKENS = 400
# Its sound: 1024 samples at 22,050 Hz a token, and 602 tokens are 28 s.
TOKEN_S = 1024 / 22_050
MOST_SOUND_TOKENS = 602
# Beyond the time that its letters may take: a breath before, and a pause behind it.
SPARE_S = 2.0
# A digit or a sign is a word when it is said.
LETTERS_OF_A_SIGN = 6
# What brackets hold may be a token: [de] would change the language of what follows.
BRACKETS = str.maketrans("[]", "  ")
# No amount is that long, but a telephone number is: it is said digit by digit.
LONG_NUMBER = re.compile(r"\d{9,}")
# What the package needs for languages that are not written with letters.
EXTRAS = {"zh": ("pypinyin", "coqui-tts[zh]"), "ja": ("cutlet", "coqui-tts[ja]")}


@dataclass(frozen=True)
class Reading:
    """`tokens` counts those of a text; `most_letters` is what the model says at once in its language."""

    tokens: Callable[[str], int]
    most_letters: int

    def parts(self, text: str) -> Iterator[str]:
        text = LONG_NUMBER.sub(lambda number: " ".join(number[0]), text.translate(BRACKETS))
        return (part for part in self._cut(text.strip()) if SAYABLE.search(part))

    def most_sound_tokens(self, part: str) -> int:
        """So long may a part last, and no longer: where the model does not find its end it makes up sounds. The
        published limits of letters are for 28 s; half as many are usual."""
        letters = sum(LETTERS_OF_A_SIGN if letter.isdigit() or letter in SAID_SIGNS else 1 for letter in part)
        seconds = SPARE_S + letters / self.most_letters * MOST_SOUND_TOKENS * TOKEN_S
        return min(MOST_SOUND_TOKENS, round(seconds / TOKEN_S))

    def _cut(self, text: str) -> Iterator[str]:
        """In halves, at the blank next to the middle, until they fit."""
        if len(text) < 2 or (len(text) <= self.most_letters and self.tokens(text) <= MOST_TOKENS):
            yield text
            return
        middle = len(text) // 2
        blanks = [match.start() for match in re.finditer(r"\s", text)]
        cut = min(blanks, key=lambda blank: abs(blank - middle), default=middle)
        yield from self._cut(text[:cut].strip())
        yield from self._cut(text[cut:].strip())


def reading(files: Files, language: str) -> Reading:
    known = _languages(files)
    if language not in known:
        raise SettingsError(f"language {language!r}: XTTS speaks {', '.join(sorted(known))}")
    module, extra = EXTRAS.get(language, (None, ""))
    if module is not None and importlib.util.find_spec(module) is None:
        raise SettingsError(f"language {language}: it needs {extra}: {sys.executable} -m pip install '{extra}'")
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

    try:
        tokenizer = VoiceBpeTokenizer(vocab_file=str(files.vocabulary))
    except Exception as error:
        raise SettingsError(f"{files.vocabulary} cannot be loaded: {first_line(error)}") from error

    def tokens(text: str) -> int:
        try:
            return len(tokenizer.encode(text.lower(), lang=language))
        except (ValueError, ArithmeticError, LookupError, NotImplementedError) as error:
            # Numbers in words: not every language has words for every number.
            raise WorkerError(
                "tts_failed", f"XTTS cannot read {len(text)} letters: {error}", retryable=False
            ) from error

    return Reading(tokens, tokenizer.char_limits[language])


def _languages(files: Files) -> set[str]:
    try:
        languages = json.loads(files.config.read_text(encoding="utf-8"))["languages"]
        return {str(language).partition("-")[0] for language in languages}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise SettingsError(f"{files.config} is no configuration of XTTS: {first_line(error)}") from error
