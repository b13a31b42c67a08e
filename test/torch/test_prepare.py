"""Preparation with the VAE, on a photograph: the astronaut of scikit-image, public domain (NASA), whose face is 90
pixels wide and is scaled up. Landmarks are read off by eye; where the environment of the detector exists, it finds
them, too.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from parley_workers.musetalk.face_file import read_face
from parley_workers.musetalk.models import file_hash, load_models
from parley_workers.musetalk.pack import decoded, read_pack
from parley_workers.musetalk.prepare.command import main
from parley_workers.musetalk.prepare.crop import Box, model_crop
from parley_workers.musetalk.prepare.detector import PROGRAM
from parley_workers.musetalk.prepare.errors import PreparationError
from parley_workers.musetalk.prepare.latents import VaeEncoder

av = pytest.importorskip("av", reason="the preparation of avatars needs PyAV")

LANDMARKER_FILE = Path(__file__).with_name("landmarker_file.py")
SCALE, LEFT, SIDE = 3, 80, 300
CONSENT = "Portrait of Eileen Collins by NASA, public domain."
# In pixels of the cut that is scaled up. The jaw's outline, lids and nose were marked by hand on the picture.
BY_HAND: dict[str, Any] = {
    "left": 299, "right": 573, "chin": 534, "bridge": 352,
    "contour": [
        [299, 335], [303, 400], [320, 458], [350, 497], [390, 525], [430, 534],
        [475, 525], [515, 495], [552, 445], [570, 380], [573, 345],
    ],
    "nose": [[434, 320], [388, 382], [412, 398], [450, 398], [478, 384]],
    "mouth": [[368, 420], [432, 424], [497, 422], [468, 460], [430, 468], [392, 456]],
    "eyes": [
        {
            "upper": [[346, 303], [357, 295], [370, 293], [385, 297], [402, 312]],
            "lower": [[346, 303], [370, 315], [402, 312]],
        },
        {
            "upper": [[471, 315], [485, 304], [505, 299], [518, 302], [529, 312]],
            "lower": [[471, 315], [500, 321], [529, 312]],
        },
    ],
    "yaw": 0,
}  # fmt: skip


def detector() -> str | None:
    usual = Path(__file__).parents[2] / "var/landmarks/bin/python"
    given = os.environ.get("MUSETALK_LANDMARKS_PYTHON") or (str(usual) if usual.is_file() else None)
    return given if given and Path(given).is_file() else None


@pytest.fixture(scope="session")
def portrait() -> np.ndarray:
    found = importlib.util.find_spec("skimage")
    if found is None or found.origin is None:
        pytest.skip("the portrait comes with scikit-image (pip install --no-deps scikit-image)")
    whole = cv2.imread(str(Path(found.origin).parent / "data/astronaut.png"))
    assert whole is not None, "this scikit-image has no astronaut"
    return cv2.resize(whole[:SIDE, LEFT : LEFT + SIDE], None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)


@pytest.fixture(scope="session")
def film(portrait: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds in which the portrait sways by a few pixels and a degree."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    height, width = portrait.shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = width, height, "yuv420p", 12_000_000
        for index in range(100):
            swing = float(np.cos(2 * np.pi * index / 80))
            turn = cv2.getRotationMatrix2D((430, 530), 0.7 * swing, 1)
            turn[0, 2] += 6 * swing
            picture = cv2.warpAffine(portrait, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path


def numbers(folder: Path, face: dict[str, Any]) -> Path:
    path = folder / "numbers.json"
    path.write_text(json.dumps({"width": SIDE * SCALE, "height": SIDE * SCALE, "picture": face}))
    return path


def prepare(models: Path, into: Path, source: Path, *more: str) -> int:
    options = ["--into", str(into), "--models", str(models), "--device", "cpu", "--consent", CONSENT, "--json"]
    return main(["astronaut", str(source), *options, "--size", "384", "--seconds", "3", *more])


def check_avatar(folder: Path, models: Path) -> None:
    """The latents are those of the pictures as callers see them, by the weights that the worker will have."""
    pack, face = read_pack((folder / "pack.bin").read_bytes()), read_face((folder / "face.safetensors").read_bytes())
    loaded = load_models(models, "cpu", "fp32")
    assert face.vae == loaded.vae_hash == file_hash(models / "sd-vae/diffusion_pytorch_model.safetensors")
    for index in (0, face.pictures - 1):
        crop = model_crop(np.ascontiguousarray(decoded(pack, index)[:, :, ::-1]), Box(*face.boxes[index].tolist()))
        expected = loaded.vae.encode_pair(torch.from_numpy(crop[None]))[0].numpy()
        assert np.abs(face.latents[index].astype(np.float32) - expected).max() <= 2e-3 * max(
            1.0, np.abs(expected).max()
        )


def test_a_photograph_with_landmarks_by_hand(
    models_folder: Path, portrait: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "photo.png"), portrait)
    assert (
        prepare(
            models_folder, tmp_path / "avatars", tmp_path / "photo.png", "--landmarks", str(numbers(tmp_path, BY_HAND))
        )
        == 0
    )
    made = json.loads(capsys.readouterr().out.splitlines()[-1])["made"]
    assert made["score"] > 70 and made["warnings"] == []
    check_avatar(tmp_path / "avatars/astronaut", models_folder)


def test_a_film_with_four_numbers_by_hand(
    models_folder: Path, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    four = {name: BY_HAND[name] for name in ("left", "right", "chin", "bridge")}
    assert prepare(models_folder, tmp_path / "avatars", film, "--landmarks", str(numbers(tmp_path, four))) == 0
    made = json.loads(capsys.readouterr().out.splitlines()[-1])["made"]
    assert max(made["movement_at_turns"]) < made["movement"]
    check_avatar(tmp_path / "avatars/astronaut", models_folder)


@pytest.mark.skipif(
    detector() is None, reason="there is no var/landmarks, nor MUSETALK_LANDMARKS_PYTHON, with mediapipe"
)
@pytest.mark.parametrize("kind", ["film", "photo"])
def test_mediapipe_finds_the_face(
    models_folder: Path, film: Path, portrait: np.ndarray, tmp_path: Path, kind: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("MUSETALK_LANDMARKS_PYTHON", str(detector()))
    cv2.imwrite(str(tmp_path / "photo.png"), portrait)
    assert prepare(models_folder, tmp_path, film if kind == "film" else tmp_path / "photo.png") == 0
    made = json.loads(capsys.readouterr().out.splitlines()[-1])["made"]
    assert made["detector"].startswith("mediapipe") and made["parts"]["pose"] == 100
    face = read_face((tmp_path / "astronaut/face.safetensors").read_bytes())
    x, y, width, _ = made["framing"]
    scale = 384 / width
    found = face.boxes.mean(axis=0) / scale + [x, y, x, y]
    expected = [299, 2 * 352 - 534, 573, 534 + 10]
    # The film sways by 6 pixels; by hand means by 4 more.
    assert np.abs(found - expected).max() < 14, (found, expected)
    check_avatar(tmp_path / "astronaut", models_folder)


@pytest.mark.skipif(
    detector() is None, reason="there is no var/landmarks, nor MUSETALK_LANDMARKS_PYTHON, with mediapipe"
)
@pytest.mark.parametrize(
    ("code", "picture"), [("two_faces", "twice"), ("no_face", "moon"), ("face_too_small", "small")]
)
def test_mediapipe_refuses(
    models_folder: Path, portrait: np.ndarray, tmp_path: Path, code: str, picture: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("MUSETALK_LANDMARKS_PYTHON", str(detector()))
    pictures = {
        "twice": np.hstack([portrait, portrait[:, ::-1]]),
        "moon": np.full_like(portrait, 127),
        "small": cv2.resize(portrait, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA),
    }
    cv2.imwrite(str(tmp_path / "photo.png"), pictures[picture])
    assert prepare(models_folder, tmp_path, tmp_path / "photo.png") == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["code"] == code


@pytest.mark.skipif(
    detector() is None, reason="there is no var/landmarks, nor MUSETALK_LANDMARKS_PYTHON, with mediapipe"
)
def test_a_landmarker_file_is_opened_and_finds_faces(portrait: np.ndarray, tmp_path: Path) -> None:
    file, log = tmp_path / "face_landmarker.task", subprocess.DEVNULL
    subprocess.run([detector(), LANDMARKER_FILE, file], check=True, stdout=log, stderr=log)
    pictures = [portrait, np.full_like(portrait, 127), np.hstack([portrait, portrait[:, ::-1]])]
    asked = b"".join(f"{one.shape[1]} {one.shape[0]}\n".encode() + one[..., ::-1].tobytes() for one in pictures)
    told = subprocess.run([detector(), PROGRAM, file], input=asked, check=True, stdout=subprocess.PIPE, stderr=log)
    greeting, *answers = (json.loads(line) for line in told.stdout.splitlines())
    assert greeting["ready"].endswith(", face_landmarker.task")
    assert [[len(points) for points in answer["faces"]] for answer in answers] == [[478], [], [478, 478]]


def test_models_that_are_missing_or_broken_are_named(tmp_path: Path, models_folder: Path) -> None:
    with pytest.raises(PreparationError, match="diffusion_pytorch_model.safetensors is missing") as caught:
        VaeEncoder(tmp_path, "cpu")
    assert caught.value.code == "no_models"
    (tmp_path / "sd-vae").mkdir()
    for name in ("config.json", "diffusion_pytorch_model.safetensors"):
        (tmp_path / "sd-vae" / name).write_bytes((models_folder / "sd-vae" / name).read_bytes()[:-100])
    with pytest.raises(PreparationError, match="VAE cannot be used"):
        VaeEncoder(tmp_path, "cpu")
