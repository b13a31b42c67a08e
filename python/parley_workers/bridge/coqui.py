"""Coqui, loaded for one text. XTTS v2 is read from a folder: that of `model_name` or of COQUI_MODEL, or what the set-up
brought; without them, what Coqui's package fetches. Its other models are spoken by the package itself.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from ..speech.device import first_line
from .payload import Payload, PayloadError
from .places import ROOT, brought, leave_hub_as_it_was
from .spoken import place_of
from .xtts import check_licence, speak_from

DEFAULT_MODEL = "tts_models/multilingual/multi-dataset/xtts_v2"
DEFAULT_LANGUAGE = "en"
NAMES_OF_XTTS = (DEFAULT_MODEL, "xtts_v2")
NAME = re.compile(r"tts_models(/[\w.-]+){3}")


def speak(payload: Payload) -> tuple[Any, int]:
    model, folder = _asked(payload)
    is_v2 = folder.is_dir() or model in NAMES_OF_XTTS
    if not is_v2 and not NAME.fullmatch(model):
        raise PayloadError(f"model_name: there is no folder {model}, and Coqui's names are like {DEFAULT_MODEL}")
    if is_v2 or "xtts" in model:
        check_licence()
    recording = payload.wish("speaker_wav")
    if recording and not Path(recording).is_file():
        raise PayloadError(f"speaker_wav: the recording {recording} is not there, or is no file")
    if not is_v2:
        return _by_package(payload, model)
    return speak_from(folder if folder.is_dir() else _brought() or _fetched(), payload)


def _asked(payload: Payload) -> tuple[str, Path]:
    """The name, and where the folder of that name would be: settings are as seen from the root."""
    if wanted := payload.wish("model_name"):
        return wanted, Path(os.path.expanduser(wanted))
    model = os.environ.get("COQUI_MODEL") or DEFAULT_MODEL
    folder = ROOT / os.path.expanduser(model)
    if model != DEFAULT_MODEL and not folder.is_dir():
        raise PayloadError(f"COQUI_MODEL: there is no folder {folder}; leave it out to use what the set-up brought")
    return model, folder


def _brought() -> Path | None:
    folder = brought("xtts")
    return folder if (folder / "model.pth").is_file() else None


def _fetched() -> Path:
    leave_hub_as_it_was()
    from TTS.utils.manage import ModelManager

    try:
        _, config, _ = ModelManager(progress_bar=False).download_model(DEFAULT_MODEL)
    except Exception as error:
        why = f"Coqui's package could not fetch {DEFAULT_MODEL}: {_told(error)}"
        raise PayloadError(f"{why}; run `npm run setup:local coqui`, or give its folder as model_name") from error
    return Path(config).parent


def _by_package(payload: Payload, model: str) -> tuple[Any, int]:
    leave_hub_as_it_was()
    from TTS.api import TTS

    # Names of Fairseq's are made of a language's, and are in no list.
    if "/fairseq/" not in model and model not in TTS.list_models():
        raise PayloadError(
            f"model_name: Coqui's package knows no {model}; `tts --list_models` prints those that it knows"
        )
    device = place_of(payload.device)
    try:
        tts = TTS(model, progress_bar=False).to(device)
    except Exception as error:
        raise PayloadError(f"Coqui's package could not load {model}: {_told(error)}") from error
    wishes = _wishes(tts, payload, model)
    try:
        return tts.tts(text=payload.text, speed=payload.speed, **wishes), tts.synthesizer.output_sample_rate
    except Exception as error:
        raise PayloadError(f"{model} could not say it: {_told(error)}") from error


def _wishes(tts: Any, payload: Payload, model: str) -> dict[str, str]:
    wishes = {}
    if tts.is_multi_lingual:
        wishes["language"] = _language(payload.wish("language", DEFAULT_LANGUAGE), tts.languages or [], model)
    if recording := payload.wish("speaker_wav"):
        wishes["speaker_wav"] = recording
    elif tts.is_multi_speaker and (speakers := tts.speakers):
        wishes["speaker"] = payload.wish("speaker", speakers[0])
        if wishes["speaker"] not in speakers:
            raise PayloadError(f"speaker: {model} has no {wishes['speaker']!r}; it has {', '.join(speakers)}")
    return wishes


def _language(wanted: str, known: list[str], model: str) -> str:
    """`en-US` is `en` where countries are not told apart."""
    small = wanted.lower().replace("_", "-")
    for language in (wanted, small, small.partition("-")[0]):
        if language in known:
            return language
    raise PayloadError(f"language {wanted!r}: {model} speaks {', '.join(known)}")


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {first_line(error)}"
