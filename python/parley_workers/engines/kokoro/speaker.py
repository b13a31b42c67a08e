"""Says a clause: phonemes, model, and away with the silence around the words. Callers take turns clause by clause."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...engine import Context, WorkerError
from ...places import Places
from ...speech.device import Movable
from ...speech.measures import Measures
from ...speech.sound import RATE, pcm16, spoken_part
from ...speech.speak import Said, Word
from .g2p import Phonemes
from .model import MOST_PHONEMES, Model, Sounding
from .voices import Voice, Voices
from .words import spoken_words

# The model's own range; what is slower or faster than that is no speech.
SLOWEST = 0.5


@dataclass(frozen=True)
class Part:
    text: str
    # Where in the clause it begins.
    at: int
    phonemes: str


class Kokoro:
    def __init__(
        self,
        model: Places[Movable[Model]],
        vocabulary: Mapping[str, int],
        voices: Voices,
        phonemes: Phonemes,
        measures: Measures,
    ) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._voices = voices
        self._phonemes = phonemes
        self._measures = measures

    def voice(self, name: str) -> Voice:
        return self._voices.find(name)

    def say(self, text: str, voice: Voice, speed: float, context: Context) -> Iterator[Said]:
        samples = 0
        for part in self._parts(text, 0, voice, context):
            said = self._say(part, voice, speed, context)
            # Not while the model is held: who reads slowly must not keep others waiting.
            yield Said(said.samples, [moved(word, part.at, samples) for word in said.words])
            samples += len(said.samples)

    def _parts(self, text: str, at: int, voice: Voice, context: Context) -> Iterator[Part]:
        """Halves of what has more phonemes than the model was taught: numbers have many for a few digits."""
        phonemes = known(self._phonemes.of(text, voice.language, context), self._vocabulary)
        if len(phonemes) > MOST_PHONEMES and len(text) > 1:
            cut = text.rfind(" ", 1, len(text) // 2) + 1 or len(text) // 2
            yield from self._parts(text[:cut], at, voice, context)
            yield from self._parts(text[cut:], at + cut, voice, context)
        elif phonemes:
            yield Part(text, at, phonemes[:MOST_PHONEMES])

    def _say(self, part: Part, voice: Voice, speed: float, context: Context) -> Said:
        asked = time.monotonic()
        with self._model.place(context) as movable:
            began = time.monotonic()
            text, phonemes = part.text, part.phonemes
            sounding = movable.do(lambda model: self._sound(model, phonemes, voice, speed))
            said = trimmed(sounding, text, phonemes)
            self._measures.clause(time.monotonic() - began, len(said.samples) / RATE, began - asked)
            return said

    def _sound(self, model: Model, phonemes: str, voice: Voice, speed: float) -> Sounding:
        try:
            return model.sound(phonemes, voice.style(len(phonemes)), max(SLOWEST, speed))
        except (ValueError, IndexError, AssertionError) as error:
            raise WorkerError("tts_failed", f"Kokoro could not say {phonemes[:60]!r}: {error}") from error


def known(phonemes: str, vocabulary: Mapping[str, int]) -> str:
    """Those that the model was taught."""
    return "".join(phoneme for phoneme in phonemes if phoneme in vocabulary).strip()


def moved(word: Word, characters: int, samples: int) -> Word:
    return Word(word.begins + characters, word.ends + characters, word.start + samples, word.end + samples)


def trimmed(sounding: Sounding, text: str, phonemes: str) -> Said:
    start, end = spoken_part(sounding.sound)
    samples = pcm16(sounding.sound[start:end])
    if sounding.edges is None:
        return Said(samples)
    edges = [min(max(edge - start, 0), end - start) for edge in sounding.edges]
    return Said(samples, spoken_words(text, phonemes, edges))
