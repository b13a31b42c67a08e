"""The method `listen`: PCM in as it is spoken; out come partial phrases, and at the end what was said."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...engine import Chunk, Context, Method
from ...places import Places
from .evidence import begin_alike, is_said
from .sound import blocks
from .transcript import spelt

if TYPE_CHECKING:
    from .utterance import Ear

# Live sound comes in pieces of 100 ms, each with a partial; who catches up with what waited gives fewer.
PARTIAL_S = 0.05


def listening(places: Places[Ear], now: Callable[[], float] = time.monotonic) -> Method:
    def listen(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
        with places.place(context) as ear, ear.utterance():
            yield from partials(ear, blocks(chunks), context, now)
            context.check()
            heard = verdict(ear)
        # Who talks on does not keep others waiting for the place.
        for _ in chunks:
            pass
        yield Chunk(heard)

    return listen


def partials(ear: Ear, sound: Iterator[bytes], context: Context, now: Callable[[], float]) -> Iterator[Chunk]:
    """Hears the sound until it ends, or has become too long for any phrase."""
    told, told_at = "", now()
    for block in sound:
        context.check()
        ear.hear(block)
        if ear.too_long:
            return
        at = now()
        if at - told_at < PARTIAL_S:
            continue
        told_at = at
        text = so_far(ear)
        if text not in ("", told):
            told = text
            yield Chunk({"kind": "partial", "text": text})


def so_far(ear: Ear) -> str:
    """What is understood already, if it is no accident: an avatar is cut off for it. To the grammar a hum or a cough is
    the beginning of a phrase, "see" or "the", and now and then the dictation agrees. That both begin with the same word,
    and that it is a phrase by itself, is rare (docs/hearing.md).
    """
    phrase, dictation = ear.phrase(), ear.dictation()
    words = [part for part in phrase if part.text]
    if not begin_alike(phrase, dictation) or (len(words) == 1 and not ear.is_whole(phrase)):
        return ""
    return spelt(phrase) if is_said(phrase, dictation) else ""


def verdict(ear: Ear) -> dict[str, Any]:
    ear.end()
    phrase = [] if ear.too_long else ear.phrase()
    if is_said(phrase, ear.dictation()):
        return {"kind": "final", "text": spelt(phrase)}
    return {"kind": "unclear"} if ear.voice.heard else {"kind": "final", "text": ""}
