"""Face parsing with the network itself, on random weights in the published layout."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from parley_workers.musetalk.face_file import read_face
from parley_workers.musetalk.prepare.command import main
from parley_workers.musetalk.prepare.errors import PreparationError
from parley_workers.musetalk.prepare.face_parser import NetworkParser
from parley_workers.musetalk.prepare.parsing_model import CLASSES, load_parsing_model
from random_parser import tensors
from safetensors.torch import save_file
from torch import Tensor

pytest.importorskip("av", reason="the preparation of avatars needs PyAV")
sys.path.append(str(Path(__file__).parents[1] / "python"))
from portrait import draw_portrait, landmarks, sway, write_film, write_landmarks

SKIN = 1
# As in the published file.
PUBLISHED = {
    "cp.resnet.conv1.weight": (64, 3, 7, 7),
    "cp.resnet.layer1.0.conv1.weight": (64, 64, 3, 3),
    "cp.resnet.layer4.0.downsample.0.weight": (512, 256, 1, 1),
    "cp.resnet.layer4.0.downsample.1.running_var": (512,),
    "cp.arm16.conv.conv.weight": (128, 256, 3, 3),
    "cp.arm32.conv_atten.weight": (128, 128, 1, 1),
    "cp.arm32.bn_atten.bias": (128,),
    "cp.conv_head16.bn.running_mean": (128,),
    "cp.conv_avg.conv.weight": (128, 512, 1, 1),
    "ffm.convblk.conv.weight": (256, 256, 1, 1),
    "ffm.conv1.weight": (64, 256, 1, 1),
    "conv_out.conv.conv.weight": (256, 256, 3, 3),
    "conv_out.conv_out.weight": (19, 256, 1, 1),
}


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    """Not to be changed by a test; copy it first."""
    return tensors()


@pytest.fixture(scope="module")
def published(weights: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("parser") / "79999_iter.pth"
    # As old as the real one, which is no zip archive.
    torch.save(weights, file, _use_new_zipfile_serialization=False)
    return file


@pytest.fixture(scope="module")
def square() -> np.ndarray:
    return np.ascontiguousarray(draw_portrait()[80:500, 110:530, ::-1])


def refusal(file: Path, content: Any) -> str:
    torch.save(content, file)
    with pytest.raises(PreparationError) as caught:
        NetworkParser(file, "cpu")
    assert caught.value.code == "no_models"
    return str(caught.value)


def test_the_names_are_those_of_the_published_weights(weights: dict[str, Tensor]) -> None:
    assert {name: tuple(weights[name].shape) for name in PUBLISHED} == PUBLISHED
    assert 13e6 < sum(tensor.numel() for tensor in weights.values()) < 14e6


def test_each_pixel_has_a_class(published: Path, square: np.ndarray) -> None:
    parser = NetworkParser(published, "auto")
    assert parser.name == "79999_iter.pth"
    classes = parser.classes(square)
    assert classes.dtype == np.uint8 and classes.shape == (512, 512)
    assert len(np.unique(classes)) > 2 and classes.max() < CLASSES
    assert (parser.classes(square) == classes).all()
    assert (parser.classes(np.ascontiguousarray(square[:, ::-1])) != classes).any()
    # Red is not blue.
    assert (parser.classes(np.ascontiguousarray(square[:, :, ::-1])) != classes).any()


def test_safetensors_without_what_only_training_reads_give_the_same(
    published: Path, weights: dict[str, Tensor], square: np.ndarray, tmp_path: Path
) -> None:
    unused = ("conv_out16.", "conv_out32.")
    used = {n: t for n, t in weights.items() if not n.startswith(unused) and t.is_floating_point()}
    assert len(used) < len(weights)
    save_file(used, tmp_path / "parser.safetensors")
    expected = NetworkParser(published, "cpu").classes(square)
    assert (NetworkParser(tmp_path / "parser.safetensors", "cpu").classes(square) == expected).all()


def test_weights_in_half_precision_are_read_too(weights: dict[str, Tensor], tmp_path: Path) -> None:
    torch.save({n: t.half() if t.is_floating_point() else t for n, t in weights.items()}, tmp_path / "half.pth")
    model = load_parsing_model(tmp_path / "half.pth")
    assert {tensor.dtype for tensor in model.state_dict().values()} == {torch.float32}


def test_every_norm_is_applied(weights: dict[str, Tensor], tmp_path: Path) -> None:
    """A change of any tensor changes what comes out."""
    torch.save(weights, tmp_path / "parser.pth")
    model = load_parsing_model(tmp_path / "parser.pth").double()
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    before = model(picture)
    assert before.shape == (1, CLASSES, 64, 64)
    for name, tensor in model.state_dict().items():
        kept = tensor.clone()
        tensor *= 1.5
        assert not torch.allclose(model(picture), before), name
        tensor.copy_(kept)
    assert torch.equal(model(picture), before)


def test_tensors_that_do_not_fit_are_named(weights: dict[str, Tensor], tmp_path: Path) -> None:
    name = "cp.arm16.conv.conv.weight"
    file = tmp_path / "parser.pth"
    assert f"lacks {name}" in refusal(file, {n: t for n, t in weights.items() if n != name})
    assert "has fc.weight, which is no part" in refusal(file, {**weights, "fc.weight": torch.zeros(1000, 512)})
    assert f"{name} has the shape [128, 256, 1, 1]" in refusal(file, {**weights, name: torch.zeros(128, 256, 1, 1)})
    assert f"{name} holds torch.int32" in refusal(file, {**weights, name: weights[name].int()})
    assert "no flat dictionary of tensors: 'state_dict'" in refusal(file, {"state_dict": weights})


def test_a_pickle_of_anything_else_is_not_opened_and_the_way_out_is_named(tmp_path: Path) -> None:
    sentence = refusal(tmp_path / "my $parser.pth", {"weights": argparse.Namespace(note="not a tensor")})
    assert "was not opened" in sentence and "where it can do no harm" in sentence
    assert "torch.load(sys.argv[1], map_location='cpu', weights_only=False)" in sentence
    assert sentence.endswith(" 'my $parser.pth'")


@pytest.mark.parametrize("content", [b"<html>429 Too Many Requests</html>", b"\x80\x02.", b"\x80\x02\x85."])
def test_what_is_no_file_of_weights_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "parser.pth").write_bytes(content)
    with pytest.raises(PreparationError, match="parser.pth") as caught:
        NetworkParser(tmp_path / "parser.pth", "cpu")
    assert caught.value.code == "no_models" and (b"html" not in content or "weights_only" not in str(caught.value))


def test_files_that_are_missing_or_cut_off_are_refused(published: Path, tmp_path: Path) -> None:
    with pytest.raises(PreparationError, match=r"none.pth \(--face-parser or MUSETALK_FACE_PARSER\) is missing"):
        NetworkParser(tmp_path / "none.pth", "cpu")
    for name in ("cut.pth", "cut.safetensors"):
        (tmp_path / name).write_bytes(published.read_bytes()[:-1000])
        with pytest.raises(PreparationError, match="The face parser cannot be used") as caught:
            NetworkParser(tmp_path / name, "cpu")
        assert caught.value.code == "no_models" and name in str(caught.value)


def test_weights_that_give_no_numbers_are_refused(
    weights: dict[str, Tensor], square: np.ndarray, tmp_path: Path
) -> None:
    name = "conv_out.conv_out.weight"
    torch.save({**weights, name: torch.full_like(weights[name], torch.nan)}, tmp_path / "parser.pth")
    with pytest.raises(PreparationError, match="its weights are damaged") as caught:
        NetworkParser(tmp_path / "parser.pth", "cpu").classes(square)
    assert caught.value.code == "no_models"


def test_a_whole_preparation(
    models_folder: Path, weights: dict[str, Tensor], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "conv_out.conv_out.weight"
    # To these weights all is skin: what that network has before its last layer is never negative.
    last = torch.zeros_like(weights[name])
    last[SKIN] = 1
    torch.save({**weights, name: last}, tmp_path / "parser.pth")
    shifts = [sway(index) for index in range(75)]
    write_film(tmp_path / "film.mp4", (draw_portrait(shift) for shift in shifts))
    numbers = write_landmarks(tmp_path / "film.json", [landmarks(shift) for shift in shifts])
    options = ["--into", str(tmp_path), "--models", str(models_folder), "--device", "cpu", "--json"]
    chosen = ["--landmarks", str(numbers), "--face-parser", str(tmp_path / "parser.pth"), "--seconds", "2"]
    given = ["anna", str(tmp_path / "film.mp4"), "--consent", "A drawing.", "--size", "256"]
    assert main([*given, *options, *chosen]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["step"] for line in lines if "step" in line} >= {"masks", "latents"}
    made = lines[-1]["made"]
    assert made["mask"] == "face parsing (parser.pth)" and made["warnings"] == []
    masks = read_face((tmp_path / "anna/face.safetensors").read_bytes()).masks
    assert len(masks) == made["pictures"]
    # All below the middle and off the rim, the nose's place too.
    assert (masks[:, 80:118, 10:118] > 250).all() and not masks[:, :50].any()
