"""Letters to phonemes, the way that the model was taught them. English words come from misaki's dictionary, if spaCy and
its English model are installed; everything else, and English without them, is said by rule (espeak-ng).

Nothing here may reach for the network: misaki would have spaCy's model installed while it runs, and would take a neural
fallback from the hub where espeak-ng cannot be loaded. Both are looked for first.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from types import SimpleNamespace

from ...engine import Context, SettingsError, WorkerError
from ...places import Places
from .options import LANGUAGES

Phonemise = Callable[[str], str]
ENGLISH = {"a": False, "b": True}
# What misaki needs for languages that are not written with letters, as extras of its package.
EXTRAS = {"j": ("pyopenjtalk", "misaki[ja]"), "z": ("jieba", "misaki[zh]")}
SPACY_MODEL = "en_core_web_sm"


class Phonemes:
    """espeak-ng keeps its state for the whole process, and spaCy is not made for threads: one at a time."""

    def __init__(self, most_wait_s: float) -> None:
        known: dict[str, Phonemise] = {}
        self._readers = Places([known], most_wait_s, "tts_failed", "readers")

    @property
    def has_dictionary(self) -> bool:
        """Whether English comes from misaki's dictionary."""
        return has("spacy") and has("num2words") and has(SPACY_MODEL)

    def of(self, text: str, language: str, context: Context) -> str:
        with self._readers.place(context) as known:
            phonemise = known.get(language)
            if phonemise is None:
                phonemise = known[language] = self._make(language)
            return " ".join(phonemise(text).split())

    def hung(self, longest_s: float) -> str | None:
        return self._readers.hung(longest_s)

    def lacks(self, language: str) -> str | None:
        """Why nothing can be read in this language, and what would change that."""
        module, extra = EXTRAS.get(language, (None, ""))
        if module is None or has(module) or not has("misaki"):
            return None
        return f"{LANGUAGES[language]} needs {extra}: {sys.executable} -m pip install '{extra}'"

    def _make(self, language: str) -> Phonemise:
        if not has("misaki"):
            return _by_package(language)
        if language in ENGLISH:
            return _english(ENGLISH[language], self.has_dictionary)
        if (why := self.lacks(language)) is not None:
            raise WorkerError("unknown_voice", why, retryable=False)
        if language in EXTRAS:
            return _without_letters(language)
        from misaki.espeak import EspeakG2P

        g2p = EspeakG2P(LANGUAGES[language])
        return lambda text: g2p(text)[0] or ""


def _english(british: bool, has_dictionary: bool) -> Phonemise:
    from misaki.espeak import EspeakFallback

    rules = EspeakFallback(british=british)
    if not has_dictionary:
        return lambda text: rules(SimpleNamespace(text=text))[0] or ""
    from misaki.en import G2P

    dictionary = G2P(trf=False, british=british, fallback=rules, unk="")
    return lambda text: dictionary(text)[0] or ""


def _without_letters(language: str) -> Phonemise:
    if language == "j":
        from misaki.ja import JAG2P

        g2p = JAG2P()
    else:
        from misaki.zh import ZHG2P

        g2p = ZHG2P()
    return lambda text: g2p(text)[0] or ""


def _by_package(language: str) -> Phonemise:
    """Where misaki does not install (Python 3.13 and later): as kokoro-onnx does it by itself, by rule."""
    try:
        from kokoro_onnx.tokenizer import Tokenizer
    except ImportError as error:
        raise SettingsError(f"there is nothing to make phonemes with: {error}; python -m pip install misaki") from error
    tokenizer = Tokenizer()
    return lambda text: tokenizer.phonemize(text, LANGUAGES[language])


def has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
