"""The model itself: faster_whisper's, told how to hear an utterance of a conversation.

Its own voice detector stays off, because Parley's has decided already; what an earlier window said is no hint for the
next; and no times are written between the words, which nobody reads here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from ... import telling
from ...engine import EngineLost, SettingsError
from ...speech.device import has_no_room, is_lost
from .options import Options, damaged
from .sound import RATE
from .utterance import Heard

Warn = Callable[[str], None]
# Makes a faster_whisper.WhisperModel on this device.
Load = Callable[[str], Any]

# An attempt is made again, once and less certainly, if it repeats itself or is unlikely: these are Whisper's own bounds.
AGAIN = 0.4
LEAST_LIKELY, MOST_REPEATED, NO_SPEECH = -1.0, 2.4, 0.6
# A language that was recognised with less is looked for again with more of the utterance.
SURE_OF_LANGUAGE = 0.5
# Speech has up to seven pieces of words a second in English, and three times as many where letters are pieces. Beyond
# that the model goes round in circles, and the caller would wait for all of its 448.
TOKENS_A_SECOND, TOKENS_AT_LEAST, TOKENS_AT_MOST = 20, 24, 220


class Model:
    def __init__(self, device: str, load: Load, beam: int = 1) -> None:
        self._load, self._beam = load, beam
        self._lock = threading.Lock()
        self._whisper = load(device)
        self.device = device

    @property
    def on_cpu(self) -> bool:
        return self.device == "cpu"

    @property
    def languages(self) -> list[str]:
        return list(self._whisper.supported_languages)

    @property
    def compute(self) -> str:
        return str(self._whisper.model.compute_type)

    def language_of(self, wish: str | None) -> str | None:
        """`en-GB` is `en`; what the model does not know is found out; one that knows only English ignores the wish."""
        languages = self.languages
        if languages == ["en"]:
            return "en"
        code = (wish or "").replace("_", "-").split("-")[0].lower()
        return code if code in languages else None

    def hear(self, sound: np.ndarray, language: str | None, prompt: str | None, again: bool, warn: Warn) -> Heard:
        whisper = self._whisper
        try:
            return _heard(whisper, sound, language, prompt, again, self._beam)
        except RuntimeError as error:
            if self.on_cpu:
                raise
            if is_lost(error):
                raise EngineLost(f"the GPU failed: {error}") from error
            if not has_no_room(error):
                raise
            self._move_to_cpu(whisper, warn)
            return _heard(self._whisper, sound, language, prompt, again, self._beam)

    def warm(self, sound: np.ndarray) -> None:
        """Raises what the library raises: a GPU without its libraries is found out here, not while a model is loaded."""
        _heard(self._whisper, sound, self.language_of("en"), None, False, self._beam)

    def _move_to_cpu(self, whisper: Any, warn: Warn) -> None:
        """Whoever comes second finds it done. What others still decode on the GPU ends there."""
        with self._lock:
            if self._whisper is whisper:
                self._whisper, self.device = self._load("cpu"), "cpu"
                warn("the GPU has no memory left; Whisper hears on the CPU from now on")


def started(options: Options, load: Load, has_gpu: bool) -> Model:
    """Loaded, and warmed up with a second of noise. `auto` is a GPU if there is one that works."""
    device = options.device if options.device != "auto" else ("cuda" if has_gpu else "cpu")
    try:
        return _warm(device, options, load)
    except RuntimeError as error:
        if device == "cpu" or not (has_no_room(error) or (is_lost(error) and options.device == "auto")):
            raise _refusal(device, options, error) from error
        telling.warn(f"whisper: it hears on the CPU, because the GPU cannot be used: {error}")
    try:
        return _warm("cpu", options, load)
    except RuntimeError as error:
        raise _refusal("cpu", options, error) from error


def _warm(device: str, options: Options, load: Load) -> Model:
    model = Model(device, load, options.beam)
    model.warm(np.random.default_rng(1).normal(0, 0.01, RATE).astype(np.float32))
    return model


def _refusal(device: str, options: Options, error: RuntimeError) -> SettingsError:
    """Only what is wrong with neither the memory nor the GPU is wrong with the model."""
    if has_no_room(error):
        return SettingsError(f"device {device}: {error}; a smaller WHISPER_MODEL needs less memory")
    if device != "cpu" and is_lost(error):
        needed = "install CUDA 12's cuBLAS and cuDNN 9, or set WHISPER_DEVICE=cpu"
        return SettingsError(f"device {device}: {error}; {needed}")
    return damaged(options.folder / "model.bin", error)


def whisper_loader(options: Options, places: int) -> Load:
    from faster_whisper import WhisperModel

    def load(device: str) -> Any:
        kind, _, index = device.partition(":")
        compute = options.compute
        if compute == "auto" or (device == "cpu" and options.device != "cpu"):
            compute = "int8" if device == "cpu" else "float16"
        try:
            return WhisperModel(
                str(options.folder),
                device=kind,
                device_index=int(index or 0),
                compute_type=compute,
                cpu_threads=options.threads,
                num_workers=places,
                local_files_only=True,
            )
        except ValueError as error:
            raise SettingsError(f"Whisper cannot compute {compute} on {device}: {error}") from error

    return load


def _heard(whisper: Any, sound: np.ndarray, language: str | None, prompt: str | None, again: bool, beam: int) -> Heard:
    segments, info = whisper.transcribe(
        sound,
        language=language,
        beam_size=beam,
        temperature=(0.0, AGAIN) if again else 0.0,
        best_of=1,
        hotwords=prompt,
        max_new_tokens=min(TOKENS_AT_MOST, TOKENS_AT_LEAST + TOKENS_A_SECOND * len(sound) // RATE),
        condition_on_previous_text=False,
        vad_filter=False,
        without_timestamps=True,
        # It may say that there is nothing, as it may where it writes times.
        suppress_blank=False,
        log_prob_threshold=LEAST_LIKELY,
        compression_ratio_threshold=MOST_REPEATED,
        no_speech_threshold=NO_SPEECH,
    )
    parts = list(segments)
    sure = all(part.avg_logprob >= LEAST_LIKELY and part.compression_ratio <= MOST_REPEATED for part in parts)
    kept = language
    if language is None and info.language_probability >= SURE_OF_LANGUAGE:
        kept = info.language
    return Heard(" ".join(part.text.strip() for part in parts), kept, sure)
