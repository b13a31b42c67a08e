"""The method `listen`: PCM in as it is spoken; out come partial phrases, and at the end what was said."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...engine import Chunk, Context, Method
from .evidence import is_said
from .places import Places
from .sound import blocks
from .transcript import spelt

if TYPE_CHECKING:
    from .utterance import Ear

PARTIAL_S = 0.2


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
        if now() - told_at < PARTIAL_S:
            continue
        told_at = now()
        text = confirmed(ear)
        if text not in ("", told):
            told = text
            yield Chunk({"kind": "partial", "text": text})


def confirmed(ear: Ear) -> str:
    """The phrase so far, if both decoders hear it."""
    phrase = [] if ear.too_long else ear.phrase()
    return spelt(phrase) if is_said(phrase, ear.dictation()) else ""


def verdict(ear: Ear) -> dict[str, Any]:
    ear.end()
    text = confirmed(ear)
    if text == "" and ear.voice.heard:
        return {"kind": "unclear"}
    return {"kind": "final", "text": text}
