"""How much of an utterance is a voice: knocks, hum and hiss are not, and are no reason to ask the caller again."""

from __future__ import annotations

from pocketsphinx import Vad

from .sound import RATE

# 3 is the strictest of WebRTC's detectors; it takes frames of 30 ms.
STRICTNESS = 3
FRAME_S = 0.03
# Of steady hiss and hum, up to 3 frames are taken for a voice at first; the shortest "hi" that was measured has 9.
LEAST_FRAMES = 5


class VoiceCount:
    def __init__(self) -> None:
        self._vad = Vad(STRICTNESS, RATE, FRAME_S)
        self._rest = b""
        self._frames = 0

    @property
    def heard(self) -> bool:
        return self._frames >= LEAST_FRAMES

    def hear(self, pcm: bytes) -> None:
        sound = self._rest + pcm
        size = self._vad.frame_bytes
        whole = len(sound) - len(sound) % size
        for at in range(0, whole, size):
            self._frames += bool(self._vad.is_speech(sound[at : at + size]))
        self._rest = sound[whole:]
