"""Writes the tiny models of the tests, in the layout of Smart Turn v3. Nothing is taught: a formula is written as a graph.

    python tools/turn-model/make.py          # into test/fixtures/turn-model
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FIXTURES = Path(__file__).parents[2] / "test/fixtures/turn-model"
BANDS = 80
FRAMES = 800
# It listens to the last second only, so that it notices where the sound lies.
LAST = 100
# What is 20 dB below the loudest frame (a quarter of a unit is 10 dB) counts as silence.
SILENT = 0.5
# Bands a frame: a fall by an octave in half a second is -0.1, a steady tone 0.
ENOUGH = -0.04
STEEP = 60

LAYOUT = ("input_features", ["batch", BANDS, FRAMES])


def falling() -> onnx.ModelProto:
    """How likely it is that the pitch falls at the end: the slope of a line through the loud frames' pitches."""
    constants = {
        "from": np.array([FRAMES - LAST]),
        "to": np.array([FRAMES]),
        "axis_bands": np.array([1]),
        "axis_time": np.array([2]),
        "silent": np.float32([SILENT]),
        "sharpness": np.float32([20]),
        "bands": np.arange(BANDS, dtype=np.float32)[:, None],
        "times": np.arange(1 - LAST, 1, dtype=np.float32)[None, :],
        "edge": np.float32([30]),
        "enough": np.float32([-ENOUGH]),
        "steep": np.float32([-STEEP]),
        "least": np.float32([1]),
    }
    nodes = [
        helper.make_node("Slice", ["input_features", "from", "to", "axis_time"], ["last"]),
        helper.make_node("ReduceMax", ["last"], ["loud"], axes=[1], keepdims=0),
        helper.make_node("ReduceMax", ["loud"], ["loudest"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["loud", "loudest"], ["below"]),
        helper.make_node("Add", ["below", "silent"], ["above"]),
        helper.make_node("Mul", ["above", "edge"], ["steeply"]),
        helper.make_node("Sigmoid", ["steeply"], ["counts"]),
        helper.make_node("Mul", ["last", "sharpness"], ["sharp"]),
        helper.make_node("Softmax", ["sharp"], ["shares"], axis=1),
        helper.make_node("Mul", ["shares", "bands"], ["pitches"]),
        helper.make_node("ReduceSum", ["pitches", "axis_bands"], ["pitch"], keepdims=0),
        helper.make_node("Mul", ["counts", "times"], ["at"]),
        helper.make_node("Mul", ["counts", "pitch"], ["high"]),
        helper.make_node("Mul", ["at", "times"], ["at_at"]),
        helper.make_node("Mul", ["at", "pitch"], ["at_high"]),
        *[
            helper.make_node("ReduceSum", [name, "axis_bands"], [f"all_{name}"], keepdims=1)
            for name in ("counts", "at", "high", "at_at", "at_high")
        ],
        helper.make_node("Mul", ["all_counts", "all_at_high"], ["together"]),
        helper.make_node("Mul", ["all_at", "all_high"], ["apart"]),
        helper.make_node("Sub", ["together", "apart"], ["rise"]),
        helper.make_node("Mul", ["all_counts", "all_at_at"], ["squares"]),
        helper.make_node("Mul", ["all_at", "all_at"], ["square"]),
        helper.make_node("Sub", ["squares", "square"], ["spread"]),
        helper.make_node("Add", ["spread", "least"], ["run"]),
        helper.make_node("Div", ["rise", "run"], ["slope"]),
        helper.make_node("Add", ["slope", "enough"], ["short_of"]),
        helper.make_node("Mul", ["short_of", "steep"], ["evidence"]),
        helper.make_node("Sigmoid", ["evidence"], ["logits"]),
    ]
    return model(nodes, constants, LAYOUT, 1)


def mean(source: tuple[str, list], outputs: int, plus: float) -> onnx.ModelProto:
    """Answers, but in another layout, or with what is no probability."""
    constants = {"plus": np.full((1, outputs), plus, dtype=np.float32), "one": np.array([1])}
    nodes = [
        helper.make_node("ReduceMean", [source[0]], ["means"], axes=[1, 2], keepdims=0),
        helper.make_node("Unsqueeze", ["means", "one"], ["column"]),
        helper.make_node("Add", ["column", "plus"], ["logits"]),
    ]
    return model(nodes, constants, source, outputs)


def model(nodes: list, constants: dict[str, np.ndarray], source: tuple[str, list], outputs: int) -> onnx.ModelProto:
    name, shape = source
    graph = helper.make_graph(
        nodes,
        "turn",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [shape[0], outputs])],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(made)
    return made


def main() -> None:
    FIXTURES.mkdir(parents=True, exist_ok=True)
    models = {
        "falling": falling(),
        "other-input": mean(("mel", ["batch", BANDS, 3000]), 1, 0),
        "two-answers": mean(LAYOUT, 2, 0),
        "no-probability": mean(LAYOUT, 1, 100),
    }
    for name, made in models.items():
        onnx.save(made, FIXTURES / f"{name}.onnx")


if __name__ == "__main__":
    main()
