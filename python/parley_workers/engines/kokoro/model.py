"""The model itself, on ONNX Runtime or on torch: phonemes and a style in, sound and, where it tells, edges out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine import SettingsError
from ...needing import needing
from ...speech.device import first_line, has_no_room
from ...speech.sound import RATE, floats
from .files import MEND, OnnxFiles, TorchFiles
from .voices import Style, table

# Beyond them the model was not taught; phonemes, not letters.
MOST_PHONEMES = 500

CUDA = "CUDAExecutionProvider"
NO_CUDA = "this ONNX Runtime has no CUDA; set KOKORO_DEVICE to cpu, or KOKORO_MODEL to the model for torch"


@dataclass(frozen=True)
class Sounding:
    sound: NDArray[np.float32]
    # The sample at which each phoneme begins, and the end. Not every graph tells.
    edges: list[int] | None


@dataclass(frozen=True)
class Model:
    """`sound` takes phonemes that are all in the vocabulary, and as many styles as there are numbers in a row."""

    kind: str
    vocabulary: Mapping[str, int]
    sound: Callable[[str, Style, float], Sounding]


def on_onnx(files: OnnxFiles, device: str, threads: int | None) -> Model:
    with needing("kokoro", "npm run setup:local kokoro"):
        import onnxruntime
        from kokoro_onnx import Kokoro
    options = onnxruntime.SessionOptions()
    if threads is not None:
        options.intra_op_num_threads = threads
    providers = _providers(device)
    try:
        session = onnxruntime.InferenceSession(str(files.graph), options, providers=providers)
        kokoro = Kokoro.from_session(session, str(files.voices))
        # The package knows the second output by one name, and published graphs have two for it.
        kokoro.has_timings = len(session.get_outputs()) > 1
    except Exception as error:
        if has_no_room(error):
            raise
        raise SettingsError(f"{files.graph} cannot be loaded: {first_line(error)}; {MEND}") from error

    if device != "cpu" and CUDA not in session.get_providers():
        # It goes on with the CPU, and tells only its own log.
        raise SettingsError(f"device {device}: {NO_CUDA}")

    def sound(phonemes: str, style: Style, speed: float) -> Sounding:
        # A table of one row: it has been chosen already.
        samples, _, timings = kokoro.create_timed(
            phonemes,
            style[np.newaxis, np.newaxis, :],
            speed,
            is_phonemes=True,
            trim=False,
            sentence_pause=0,
            clause_pause=0,
        )
        told = "".join(one.phoneme for one in timings) == phonemes
        seconds = [*(one.start for one in timings), timings[-1].end] if timings and told else None
        return Sounding(floats(samples), None if seconds is None else [round(at * RATE) for at in seconds])

    return Model("onnx", kokoro.tokenizer.vocab, sound)


def _providers(device: str) -> list[Any]:
    if device == "cpu":
        return ["CPUExecutionProvider"]
    kind, _, index = device.partition(":")
    if kind != "cuda":
        raise SettingsError(f"device {device}: ONNX Runtime has none of that kind; set KOKORO_DEVICE to cpu or cuda")
    return [(CUDA, {"device_id": index or "0"}), "CPUExecutionProvider"]


def on_torch(files: TorchFiles, device: str, repository: str, threads: int | None) -> Model:
    with needing("kokoro", "npm run setup:local kokoro -- --torch"):
        import torch
        from kokoro import KModel
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        model = KModel(repo_id=repository, config=str(files.config), model=str(files.weights)).to(device).eval()
    except Exception as error:
        if has_no_room(error):
            raise
        raise SettingsError(f"{files.weights} cannot be loaded: {first_line(error)}; {MEND}") from error

    @torch.inference_mode()
    def sound(phonemes: str, style: Style, speed: float) -> Sounding:
        told = model(phonemes, torch.from_numpy(style).unsqueeze(0), speed, return_output=True)
        samples = floats(told.audio)
        frames = np.concatenate([[0], np.cumsum(floats(told.pred_dur))])
        # The first and the last one are the pads around the text.
        edges = np.round(frames * (len(samples) / frames[-1])).astype(int)[1:-1].tolist()
        return Sounding(samples, edges if len(edges) == len(phonemes) + 1 else None)

    return Model("torch", model.vocab, sound)


def onnx_voices(files: OnnxFiles) -> tuple[list[str], Callable[[str], Style]]:
    try:
        kept = np.load(files.voices, allow_pickle=False)
        names = list(kept.keys())
    except (OSError, ValueError, AttributeError) as error:
        raise SettingsError(f"{files.voices} is no file of voices: {first_line(error)}; {MEND}") from error
    return names, lambda name: table(kept[name], name)


def torch_voices(files: TorchFiles) -> tuple[list[str], Callable[[str], Style]]:
    import torch

    names = [path.stem for path in files.voices.glob("*.pt")]
    if not names:
        raise SettingsError(f"{files.voices} has no voices (*.pt): {MEND}")

    def read(name: str) -> Style:
        tensor: Any = torch.load(files.voices / f"{name}.pt", map_location="cpu", weights_only=True)
        return table(tensor.numpy(), name)

    return names, read
