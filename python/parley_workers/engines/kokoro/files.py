"""Where the parts of a model lie. Two layouts are known: that of kokoro-onnx (a graph, and all voices in one file), and
that of the published model for torch (config.json, weights, and a folder of voices).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...engine import SettingsError

MEND = "run `npm run setup:local kokoro`, or set KOKORO_MODEL to where it is"


@dataclass(frozen=True)
class OnnxFiles:
    graph: Path
    voices: Path


@dataclass(frozen=True)
class TorchFiles:
    config: Path
    weights: Path
    voices: Path


def find_files(place: Path, prefers_torch: bool) -> OnnxFiles | TorchFiles:
    """`place`: a folder, or the graph or the weights themselves, with the rest beside them."""
    if not place.exists():
        raise SettingsError(f"{place} is not there: {MEND}")
    if place.is_file():
        return _beside(place)
    graphs, weights = sorted(place.glob("*.onnx")), sorted(place.glob("*.pth"))
    first, second = (weights, graphs) if prefers_torch else (graphs, weights)
    found = first or second
    if not found:
        raise SettingsError(f"{place} has neither a graph (*.onnx) nor weights (*.pth): {MEND}")
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise SettingsError(f"{place} has several models: set KOKORO_MODEL to one of {names}")
    return _beside(found[0])


def _beside(model: Path) -> OnnxFiles | TorchFiles:
    if model.suffix == ".pth":
        return TorchFiles(_there(model.with_name("config.json")), model, _there(model.with_name("voices")))
    if model.suffix == ".onnx":
        # Published as voices-v1.0.bin; it is a .npz in truth.
        voices = sorted([*model.parent.glob("voices*.bin"), *model.parent.glob("voices*.npz")])
        return OnnxFiles(model, voices[0] if voices else _there(model.with_name("voices-v1.0.bin")))
    raise SettingsError(f"{model} is neither a graph (*.onnx) nor weights (*.pth): {MEND}")


def _there(path: Path) -> Path:
    if not path.exists():
        raise SettingsError(f"{path} is not there: {MEND}")
    return path
