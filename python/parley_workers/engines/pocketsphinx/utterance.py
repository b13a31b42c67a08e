"""One utterance, heard by both decoders as it is spoken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pocketsphinx import Decoder, LogMath

from .decoders import NOTHING, PHRASES
from .dictionary import Dictionary
from .grammar import Grammar
from .sound import BYTES_OF_A_SECOND
from .transcript import Part
from .voice import VoiceCount

# So much of an utterance is heard before its decoding begins, and again before it begins anew: its mean spectrum is what
# the rest is compared with. With a mean that was set beforehand and adapted on the way, 28 % of phrases in light noise
# were right; with that of the first second, 97 %. Half a second, most of it from before the first sound, is enough for a
# first impression, which shows words a third of a second sooner. A better mean would not: with that of the whole
# utterance, known beforehand, they came no sooner.
BEGINNINGS = (BYTES_OF_A_SECOND // 2, BYTES_OF_A_SECOND)
# What is kept of the sound before a voice is heard. More of it would make that mean one of the room.
MARGIN_BYTES = int(0.8 * BYTES_OF_A_SECOND)
# The longest phrases take 5 s. Who talks on says none of them, and is not decoded any more.
LONGEST_BYTES = 10 * BYTES_OF_A_SECOND
SILENT_WORDS = frozenset({"<s>", "</s>", "<sil>", "(NULL)", "[NOISE]", "[SPEECH]"})


class Ear:
    """A pair of decoders. Serves one utterance after another, and keeps nothing of the last."""

    def __init__(self, phrases: Decoder, dictation: Decoder, dictionary: Dictionary, grammar: Grammar) -> None:
        self._phrases = phrases
        self._dictation = dictation
        self._dictionary = dictionary
        self._grammar = grammar
        self._reset()

    def _reset(self) -> None:
        self._sound = bytearray()
        self._beginnings = 0
        self._open = False
        self.voice = VoiceCount()

    @contextmanager
    def utterance(self) -> Iterator[None]:
        """Ends it, too, when its reader has left in the middle: a decoder that is not ended begins no other."""
        self._reset()
        try:
            yield
        finally:
            self._close()

    @property
    def too_long(self) -> bool:
        return len(self._sound) > LONGEST_BYTES

    def hear(self, pcm: bytes) -> None:
        if self.too_long:
            return
        self.voice.hear(pcm)
        self._sound += pcm
        if not self._beginnings and not self.voice.heard:
            del self._sound[:-MARGIN_BYTES]
        elif self._beginnings < (due := sum(size <= len(self._sound) for size in BEGINNINGS)):
            self._begin(due)
        elif self._beginnings:
            self._decode(pcm)

    def end(self) -> None:
        if not self._beginnings and self.voice.heard:
            self._begin(1)
        self._close()
        if self._beginnings and not self.too_long:
            self._hear_again()

    def phrase(self) -> list[Part]:
        return self._parts(self._phrases)

    def dictation(self) -> list[Part]:
        return self._parts(self._dictation)

    def is_whole(self, phrase: Sequence[Part]) -> bool:
        """Whether that may be all that the caller wants to say: "stop" may, "tell me" may not."""
        return self._grammar.has([part.text for part in phrase if part.text])

    def _begin(self, count: int) -> None:
        """Decodes all that came so far. Noise is taken out of the sound by what the decoders have learnt of it: afresh
        for each utterance, because the last one was another caller's.
        """
        self._close()
        first = bytes(self._sound)
        for decoder in (self._phrases, self._dictation):
            decoder.reinit_feat()
        mean = self._mean(first)
        for decoder in (self._phrases, self._dictation):
            decoder.set_cmn(mean)
            decoder.start_utt()
        self._beginnings, self._open = count, True
        self._decode(first)

    def _mean(self, sound: bytes) -> str:
        """While it listens for next to nothing, which takes 10 ms for each second; for the phrases it takes 60."""
        self._phrases.activate_search(NOTHING)
        try:
            self._hear_whole(sound)
        finally:
            self._phrases.activate_search(PHRASES)
        return self._phrases.get_cmn()

    def _hear_again(self) -> None:
        """The phrase, with the mean of the whole utterance. While others talk in the background, 88 % of the phrases
        are right then instead of 74 %. It takes 60 ms for each second of sound.
        """
        self._hear_whole(bytes(self._sound))

    def _hear_whole(self, sound: bytes) -> None:
        self._phrases.start_utt()
        try:
            self._phrases.process_raw(sound, full_utt=True)
        finally:
            self._phrases.end_utt()

    def _decode(self, pcm: bytes) -> None:
        self._phrases.process_raw(pcm)
        self._dictation.process_raw(pcm)

    def _close(self) -> None:
        if self._open:
            self._open = False
            self._phrases.end_utt()
            self._dictation.end_utt()

    def _parts(self, decoder: Decoder) -> list[Part]:
        if not self._beginnings or decoder.hyp() is None:
            return []
        return [self._part(segment, decoder.logmath) for segment in decoder.seg() or []]

    def _part(self, segment: Any, logarithms: LogMath) -> Part:
        text, _, way = segment.word.partition("(")
        place = segment.start_frame, segment.end_frame, logarithms.log(segment.ascore)
        if segment.word in SILENT_WORDS:
            return Part("", (), *place)
        return Part(text, self._dictionary.ways(text)[int(way.rstrip(")")) - 1 if way else 0], *place)
