"""A model in the layout of kokoro-onnx that any ONNX Runtime runs: inputs, outputs, voices and vocabulary are those of the
published one. Where that speaks, this one hums: every phoneme is a tone of its own for 75 ms, as loud as its voice says.

    python test/speech/tiny_kokoro.py FOLDER [--without-durations]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
from kokoro_onnx.config import DEFAULT_VOCAB
from onnx import TensorProto, helper, numpy_helper

# A frame of the model's is 25 ms, and a phoneme of ours has three of them.
FRAME = 600
FRAMES = 3
VOICES = ("af_heart", "af_sky", "am_adam", "bf_emma", "ff_siwi")


def make(folder: Path, tells_durations: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(_graph(tells_durations), folder / "kokoro-v1.0.onnx")
    with (folder / "voices-v1.0.bin").open("wb") as file:
        np.savez(file, **{name: _voice(n) for n, name in enumerate(VOICES)})
    return folder


def _voice(number: int) -> np.ndarray:
    """510 rows of 1 x 256. Their mean is how loud the voice is."""
    return np.full((510, 1, 256), 0.2 + 0.1 * number, dtype=np.float32)


def _tones() -> np.ndarray:
    """A frame for each number of the vocabulary; the pad, 0, is silent. Whole periods, so that frames join."""
    time = np.arange(FRAME) / 24_000
    tones = np.sin(2 * np.pi * 40 * (4 + np.arange(178) % 40)[:, None] * time[None, :])
    tones[0] = 0
    return tones.astype(np.float32)


def _graph(tells_durations: bool) -> onnx.ModelProto:
    constants = {
        "tones": _tones(),
        "frames": np.array([FRAMES], dtype=np.float32),
        "frame": np.array([FRAME], dtype=np.int64),
        "last": np.array([-1], dtype=np.int64),
        "middle": np.array([1], dtype=np.int64),
    }
    nodes = [
        helper.make_node("Div", ["frames", "speed"], ["wanted"]),
        helper.make_node("Round", ["wanted"], ["rounded"]),
        helper.make_node("Cast", ["rounded"], ["each"], to=TensorProto.INT64),
        helper.make_node("Squeeze", ["input_ids"], ["ids"]),
        helper.make_node("Shape", ["ids"], ["count"]),
        helper.make_node("Gather", ["tones", "ids"], ["frames_of"]),
        helper.make_node("Unsqueeze", ["frames_of", "middle"], ["apart"]),
        helper.make_node("Concat", ["count", "each", "frame"], ["shape"], axis=0),
        helper.make_node("Expand", ["apart", "shape"], ["repeated"]),
        helper.make_node("Reshape", ["repeated", "last"], ["row"]),
        helper.make_node("ReduceMean", ["style"], ["loudness"], keepdims=0),
        helper.make_node("Mul", ["row", "loudness"], ["audio"]),
        helper.make_node("Expand", ["each", "count"], ["duration"]),
    ]
    outputs = [helper.make_tensor_value_info("audio", TensorProto.FLOAT, ["samples"])]
    if tells_durations:
        outputs.append(helper.make_tensor_value_info("duration", TensorProto.INT64, ["phonemes"]))
    graph = helper.make_graph(
        nodes,
        "hum",
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "phonemes"]),
            helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
            helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
        ],
        outputs,
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    assert max(DEFAULT_VOCAB.values()) < 178
    return model


if __name__ == "__main__":
    make(Path(sys.argv[1]), "--without-durations" not in sys.argv)
