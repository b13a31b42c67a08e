"""Says a clause, in pieces. The model takes one text at a time, so callers take turns clause by clause."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from ...engine import Context, WorkerError
from ...places import Places
from ...speech.device import Movable
from ...speech.measures import Measures
from ...speech.sound import RATE, pcm16
from ...speech.speak import Said
from .ahead import ahead
from .edges import Edges, Sound
from .model import Model
from .reading import Reading
from .voice_file import Voice
from .voices import Voices

# What is slower than that is no speech.
SLOWEST = 0.5


class Xtts:
    def __init__(self, model: Places[Movable[Model]], voices: Voices, text: Reading, measures: Measures) -> None:
        self._model = model
        self._voices = voices
        self._text = text
        self._measures = measures
        # One for the life of the process: every new thread that computes would get threads of its own to help it.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="xtts")

    def voice(self, name: str) -> Voice:
        return self._voices.find(name)

    def say(self, text: str, voice: Voice, speed: float, context: Context) -> Iterator[Said]:
        for part in self._text.parts(text):
            yield from self._turn(part, voice, max(SLOWEST, speed), context)

    def _turn(self, part: str, voice: Voice, speed: float, context: Context) -> Iterator[Said]:
        asked = time.monotonic()
        with ExitStack() as held:
            movable = held.enter_context(self._model.place(context))
            waited_s = time.monotonic() - asked
            turn = held.pop_all()

        def work(put: Callable[[Said], None], check: Callable[[], None]) -> None:
            with turn:
                began = time.monotonic()
                samples = self._make(movable, part, voice, speed, put, check)
                self._measures.clause(time.monotonic() - began, samples / RATE, waited_s)

        yield from ahead(self._thread, work, context)

    def _make(
        self,
        movable: Movable[Model],
        part: str,
        voice: Voice,
        speed: float,
        put: Callable[[Said], None],
        check: Callable[[], None],
    ) -> int:
        most_tokens = self._text.most_sound_tokens(part)
        edges = Edges()
        made = samples = 0

        def give(sound: Sound) -> None:
            nonlocal samples
            if len(sound) > 0:
                samples += len(sound)
                put(Said(pcm16(sound)))

        def run(model: Model) -> None:
            """Again from the beginning if the GPU has no room; what has been said is left out the second time."""
            nonlocal made
            at = 0
            for sound in model.say(part, voice, speed, most_tokens, check):
                fresh = sound[max(0, made - at) :]
                at += len(sound)
                made = max(made, at)
                give(edges.push(fresh))

        movable.do(run)
        give(edges.finish())
        if not edges.is_heard:
            raise WorkerError("tts_failed", f"XTTS was silent where {len(part)} letters were to be said")
        return samples
