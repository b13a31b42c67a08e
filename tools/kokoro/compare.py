"""Which of Kokoro's two runtimes is faster on this machine: its own package on torch, or ONNX Runtime. Both get the same
weights, random and of the published widths, and the same sentences, in turns.

    python -m venv /tmp/kokoro && /tmp/kokoro/bin/pip install "kokoro>=0.9.4,<0.10" onnx onnxruntime
    /tmp/kokoro/bin/python tools/kokoro/compare.py [--rounds 10] [--threads 2]
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from kokoro import KModel
from kokoro.model import KModelForONNX

# As hexgrad/Kokoro-82M publishes them in config.json; the numbers of the vocabulary do not matter here.
WIDTHS = {
    "istftnet": {
        "upsample_kernel_sizes": [20, 12],
        "upsample_rates": [10, 6],
        "gen_istft_hop_size": 5,
        "gen_istft_n_fft": 20,
        "resblock_dilation_sizes": [[1, 3, 5]] * 3,
        "resblock_kernel_sizes": [3, 7, 11],
        "upsample_initial_channel": 512,
    },
    "dim_in": 64,
    "dropout": 0.2,
    "hidden_dim": 512,
    "max_conv_dim": 512,
    "max_dur": 50,
    "multispeaker": True,
    "n_layer": 3,
    "n_mels": 80,
    "n_token": 178,
    "style_dim": 128,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 2048,
        "max_position_embeddings": 512,
        "num_hidden_layers": 12,
        "dropout": 0.1,
    },
    "vocab": {},
}
# Phonemes of a first clause, and of a sentence.
LENGTHS = {"clause": 24, "sentence": 70}
# In speech a phoneme takes about three frames of 25 ms.
FRAMES = 3
RATE = 24_000

Speak = Callable[[np.ndarray, np.ndarray], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    choice = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.manual_seed(1)
    torch.set_num_threads(choice.threads)
    with tempfile.TemporaryDirectory() as folder:
        # For ONNX the package has a way around complex numbers; each runtime gets the form that it is published in.
        runtimes = {
            "torch": on_torch(make(Path(folder), False)),
            "onnx": on_onnx(make(Path(folder), True), folder, choice.threads),
        }
        for name, length in LENGTHS.items():
            measure(name, length, runtimes, choice.rounds)


def make(folder: Path, without_complex: bool) -> KModel:
    torch.manual_seed(1)
    (folder / "config.json").write_text(json.dumps(WIDTHS))
    torch.save({}, folder / "nothing.pth")
    model = KModel("hexgrad/Kokoro-82M", str(folder / "config.json"), str(folder / "nothing.pth"), without_complex)
    with torch.no_grad():
        layer = model.predictor.duration_proj.linear_layer
        layer.weight.mul_(0.01)
        layer.bias.fill_(math.log(FRAMES / (50 - FRAMES)))
    return model.eval()


def on_torch(model: KModel) -> Speak:
    @torch.inference_mode()
    def speak(ids: np.ndarray, style: np.ndarray) -> int:
        sound, _ = model.forward_with_tokens(torch.from_numpy(ids), torch.from_numpy(style), 1.0)
        return sound.numel()

    return speak


def on_onnx(model: KModel, folder: str, threads: int) -> Speak:
    path = f"{folder}/model.onnx"
    torch.onnx.export(
        KModelForONNX(model).eval(),
        (torch.randint(1, 100, (1, 40)), torch.randn(1, 256) * 0.2, torch.tensor([1.0])),
        path,
        input_names=["input_ids", "style", "speed"],
        output_names=["audio", "duration"],
        dynamic_axes={"input_ids": {1: "phonemes"}, "audio": {0: "samples"}, "duration": {0: "phonemes"}},
        opset_version=17,
        dynamo=False,
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def speak(ids: np.ndarray, style: np.ndarray) -> int:
        sound = session.run(["audio"], {"input_ids": ids, "style": style, "speed": np.ones(1, np.float32)})[0]
        return sound.size

    return speak


def measure(name: str, length: int, runtimes: dict[str, Speak], rounds: int) -> None:
    random = np.random.default_rng(2)
    ids = random.integers(1, 100, (1, length + 2))
    ids[0, 0] = ids[0, -1] = 0
    style = random.normal(0, 0.2, (1, 256)).astype(np.float32)
    times: dict[str, list[float]] = {runtime: [] for runtime in runtimes}
    sounds = 0.0
    for turn in range(rounds + 1):
        for runtime, speak in runtimes.items():
            began = time.perf_counter()
            sounds = speak(ids, style) / RATE
            # The first one of each warms it up.
            if turn > 0:
                times[runtime].append(time.perf_counter() - began)
    middle = {runtime: statistics.median(taken) for runtime, taken in times.items()}
    told = ", ".join(
        f"{runtime} {seconds:.2f} s ({seconds / sounds:.2f} of real time)" for runtime, seconds in middle.items()
    )
    print(
        f"{name}, {length} phonemes, {sounds:.1f} s of sound: {told}; onnx / torch {middle['onnx'] / middle['torch']:.2f}"
    )


if __name__ == "__main__":
    main()
