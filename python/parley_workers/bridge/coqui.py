"""Coqui, loaded for one text, by its own package: a folder that has the model, or what the package fetches by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .payload import Payload, PayloadError
from .places import brought

DEFAULT_MODEL = "tts_models/multilingual/multi-dataset/xtts_v2"
DEFAULT_LANGUAGE = "en"


def speak(payload: Payload) -> tuple[Any, int]:
    speaker_wav = payload.wish("speaker_wav")
    if speaker_wav is not None and not Path(speaker_wav).is_file():
        raise PayloadError(f"the speaker's recording {speaker_wav} is not there")
    model = payload.wish("model_name", DEFAULT_MODEL) or DEFAULT_MODEL
    if "xtts" in model and not Path(model).is_dir() and os.environ.get("COQUI_TOS_AGREED") != "1":
        raise PayloadError(
            f"the weights of {model} are under the Coqui Public Model License: neither they nor what they say may be used "
            "commercially. If you agree to it (https://coqui.ai/cpml), set COQUI_TOS_AGREED=1"
        )
    from TTS.api import TTS

    tts = _loaded(TTS, _place(model)).to(payload.device)
    wishes: dict[str, Any] = {"text": payload.text, "speed": payload.speed}
    if tts.is_multi_lingual:
        wishes["language"] = payload.wish("language", DEFAULT_LANGUAGE)
    if speaker_wav is not None:
        wishes["speaker_wav"] = speaker_wav
    elif tts.is_multi_speaker:
        wishes["speaker"] = payload.wish("speaker") or tts.speakers[0]
    return tts.tts(**wishes), tts.synthesizer.output_sample_rate


def _place(model: str) -> str:
    """What the set-up brought is no other model than the one of that name."""
    folder = brought("xtts")
    is_here = all((folder / name).is_file() for name in ("config.json", "model.pth", "vocab.json"))
    return str(folder) if model == DEFAULT_MODEL and is_here else model


def _loaded(package: Any, model: str) -> Any:
    folder = Path(model)
    if folder.is_dir():
        return package(model_path=str(folder), config_path=str(folder / "config.json"), progress_bar=False)
    return package(model, progress_bar=False)
