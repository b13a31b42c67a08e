"""Who can speak: the voices that come with the model, by name, and learnt ones, by the hash of their file."""

from __future__ import annotations

import threading
from collections import OrderedDict

from ...engine import WorkerError
from .voice_file import Voice

# 133 KB each; the one that has not spoken for longest makes room. The gateway has them all, and brings it again.
MOST_KEPT = 256
LEARNT = "sha256:"


class Voices:
    def __init__(self, built_in: dict[str, Voice]) -> None:
        self.names = sorted(built_in)
        self._built_in = built_in
        self._lock = threading.Lock()
        self._learnt: OrderedDict[str, Voice] = OrderedDict()

    @property
    def any(self) -> Voice:
        """For its shapes: they are those of every voice of this model."""
        return self._built_in[self.names[0]]

    @property
    def kept(self) -> int:
        return len(self._learnt)

    def keep(self, digest: str, voice: Voice) -> str:
        name = LEARNT + digest
        with self._lock:
            self._learnt[name] = voice
            self._learnt.move_to_end(name)
            if len(self._learnt) > MOST_KEPT:
                self._learnt.popitem(last=False)
        return name

    def find(self, name: str) -> Voice:
        with self._lock:
            voice = self._learnt.get(name)
            if voice is not None:
                self._learnt.move_to_end(name)
                return voice
        voice = self._built_in.get(name)
        if voice is None:
            # A learnt one may have been forgotten: the gateway brings it again, and asks once more.
            raise WorkerError("unknown_voice", f'there is no voice "{name[:80]}"', retryable=False)
        return voice
