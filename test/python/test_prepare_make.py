"""Preparation from end to end, without torch: a film or a photo in, an avatar or an error out."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="the preparation of avatars needs numpy")
cv2 = pytest.importorskip("cv2", reason="the preparation of avatars needs opencv-python-headless")
pytest.importorskip("av", reason="the preparation of avatars needs PyAV")
pytest.importorskip("safetensors", reason="the preparation of avatars needs safetensors")
from parley_workers.musetalk.face_file import read_face
from parley_workers.musetalk.jpeg import encode, settled
from parley_workers.musetalk.pack import decoded, read_pack
from parley_workers.musetalk.prepare import make, order, pack_file
from parley_workers.musetalk.prepare.command import main
from parley_workers.musetalk.prepare.crop import Box, model_crop
from portrait import draw_portrait, landmarks, sway, write_film, write_landmarks

PICTURES = 90
CONSENT = "Nobody was filmed: a drawing."


class Encoder:
    """Instead of the VAE: mean colours, so that a test can tell which picture latents are of."""

    batch = 8
    vae_hash = "ab" * 32

    def __init__(self, models: Path, device: str) -> None:
        pass

    def encode(self, crops: np.ndarray) -> np.ndarray:
        assert crops.shape[1:] == (256, 256, 3) and crops.dtype == np.uint8
        means = crops.reshape(len(crops), -1).mean(axis=1) / 255
        return np.broadcast_to(means[:, None, None, None], (len(crops), 8, 32, 32)).astype(np.float16)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    write_film(folder / "film.mp4", (draw_portrait(sway(index)) for index in range(PICTURES)))
    write_landmarks(folder / "film.json", [landmarks(sway(index)) for index in range(PICTURES)])
    cv2.imwrite(str(folder / "photo.png"), draw_portrait())
    write_landmarks(folder / "photo.json", landmarks())
    return folder


def prepare(into: Path, source: Path, *more: str, name: str = "anna", numbers: Path | None = None) -> int:
    file = numbers or source.with_suffix(".json")
    options = [
        "--into",
        str(into),
        "--consent",
        CONSENT,
        "--landmarks",
        str(file),
        "--size",
        "256",
        "--seconds",
        "3",
        "--json",
    ]
    return main([name, str(source), *options, *more], Encoder)


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def error_of(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    error = said(capsys)[-1]["error"]
    return error["code"], error["message"]


def test_a_film_becomes_an_avatar(tmp_path: Path, sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prepare(tmp_path, sources / "film.mp4", "--title", "Anna B.") == 0
    lines = said(capsys)
    made = lines[-1]["made"]
    steps = [line["step"] for line in lines if "step" in line]
    assert list(dict.fromkeys(steps)) == ["survey", "faces", "pictures", "latents", "writing"]
    assert all(0 <= line["done"] <= 1 for line in lines if "step" in line)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["anna"]
    folder = tmp_path / "anna"
    assert sorted(path.name for path in folder.iterdir()) == [
        "face.safetensors",
        "pack.bin",
        "sheet.png",
        "source.json",
    ]
    data = (folder / "pack.bin").read_bytes()
    pack, face = read_pack(data), read_face((folder / "face.safetensors").read_bytes())
    assert (pack.id, pack.width, pack.height, pack.swings) == ("anna", 256, 256, True)
    assert face.pack == hashlib.sha256(data).hexdigest() and face.vae == Encoder.vae_hash and face.swings
    assert face.pictures == len(pack.jpegs) == made["pictures"] and 45 <= face.pictures <= 75
    assert made["loop_s"] == pytest.approx((2 * face.pictures - 2) / 25) and made["score"] > 80
    # The turns lie where the drawn person stops, at 0, 1.5 and 3 s.
    assert max(made["movement_at_turns"]) < made["movement"] and made["warnings"] == []
    about = json.loads(data[16 : 16 + int.from_bytes(data[12:16], "little")])
    assert about["consent"]["statement"] == CONSENT and about["name"] == "Anna B." and about["fps"] == 25
    assert json.loads((folder / "source.json").read_text())["detector"] == "landmarks file"
    sheet = cv2.imread(str(folder / "sheet.png"))
    assert sheet is not None and sheet.shape[1] == 4 * 288


def test_latents_are_of_the_pictures_as_callers_see_them(tmp_path: Path, sources: Path) -> None:
    assert prepare(tmp_path, sources / "film.mp4") == 0
    pack = read_pack((tmp_path / "anna/pack.bin").read_bytes())
    face = read_face((tmp_path / "anna/face.safetensors").read_bytes())
    for index in (0, face.pictures // 2, face.pictures - 1):
        picture = decoded(pack, index)[:, :, ::-1]
        expected = model_crop(picture, Box(*face.boxes[index].tolist())).mean() / 255
        assert float(face.latents[index, 0, 0, 0]) == pytest.approx(expected, abs=5e-4)


def test_a_photo_becomes_an_avatar(tmp_path: Path, sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prepare(tmp_path, sources / "photo.png") == 0
    made = said(capsys)[-1]["made"]
    face = read_face((tmp_path / "anna/face.safetensors").read_bytes())
    # At least 4 s: a breath.
    assert not face.swings and face.pictures == 100 and made["loop_s"] == 4 and made["kind"] == "photo"


def test_jpegs_are_what_patches_need() -> None:
    jpeg = encode(draw_portrait(), 80)
    markers, at = [], 2
    while at < len(jpeg) and jpeg[at + 1] != 0xDA:
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        markers.append((jpeg[at + 1], jpeg[at + 4 : at + 2 + length]))
        at += 2 + length
    kinds = [kind for kind, _ in markers]
    # Baseline, and neither progressive (C2) nor with restarts (DD).
    assert 0xC0 in kinds and 0xC2 not in kinds and 0xDD not in kinds
    frame = dict(markers)[0xC0]
    assert [frame[7 + 3 * channel] for channel in range(3)] == [0x22, 0x11, 0x11]
    assert sum(len(body) for kind, body in markers if kind == 0xC4) == 2 * (17 + 12) + 2 * (17 + 162)


def test_of_pictures_that_memory_would_not_hold_a_shorter_loop_is_made(
    tmp_path: Path, sources: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prepare(tmp_path, sources / "film.mp4", name="large") == 0
    full = said(capsys)[-1]["made"]
    monkeypatch.setattr(order, "MOST_PIXELS", int(full["width"] * full["height"] * 2.2 * 25))
    assert prepare(tmp_path, sources / "film.mp4", name="small") == 0
    small = said(capsys)[-1]["made"]
    assert small["pictures"] <= 55 < full["pictures"]
    assert "Only 2.2 s are made of this size; a smaller --size leaves room for more." in small["warnings"]


def test_a_pack_that_is_too_big_loses_quality_and_then_pictures(
    tmp_path: Path, sources: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prepare(tmp_path, sources / "film.mp4", name="large") == 0
    full = said(capsys)[-1]["made"]
    monkeypatch.setattr(pack_file, "ROOM_FOR_PICTURES", int(full["pack_bytes"] * 0.8))
    assert prepare(tmp_path, sources / "film.mp4", name="middle") == 0
    middle = said(capsys)[-1]["made"]
    assert 70 <= middle["quality"] < full["quality"] == 90 and middle["pictures"] == full["pictures"]
    fits = sum(len(jpeg) for jpeg in read_pack((tmp_path / "middle/pack.bin").read_bytes()).jpegs)
    assert fits <= pack_file.ROOM_FOR_PICTURES
    lowest = len(settled(decoded(read_pack((tmp_path / "large/pack.bin").read_bytes()), 0)[:, :, ::-1], 70))
    monkeypatch.setattr(pack_file, "ROOM_FOR_PICTURES", lowest * 60)
    assert prepare(tmp_path, sources / "film.mp4", name="small") == 0
    small = said(capsys)[-1]["made"]
    assert small["quality"] == 70 and 50 <= small["pictures"] <= 62 and "fit into" in small["warnings"][-1]
    assert read_face((tmp_path / "small/face.safetensors").read_bytes()).pictures == small["pictures"]
    monkeypatch.setattr(pack_file, "ROOM_FOR_PICTURES", lowest * 20)
    assert prepare(tmp_path, sources / "film.mp4", name="tiny") == 1
    assert error_of(capsys)[0] == "too_big"


@pytest.mark.parametrize(
    ("name", "more", "code"),
    [
        ("Anna", [], "bad_name"),
        ("../anna", [], "bad_name"),
        ("anna\n", [], "bad_name"),
        ("anna", ["--consent", " "], "no_consent"),
        ("anna", ["--size", "250"], "bad_settings"),
        ("anna", ["--seconds", "nan"], "bad_settings"),
        ("anna", ["--start", "5", "--end", "4"], "bad_settings"),
        ("anna", ["--aspect", "0"], "bad_settings"),
        ("anna", ["--aspect", "nan"], "bad_settings"),
        ("anna", ["--title", "x" * 81], "bad_settings"),
        ("anna", ["--start", "3"], "too_short"),
        ("anna", ["--start", "30"], "no_pictures"),
    ],
)
def test_orders_are_checked(
    tmp_path: Path, sources: Path, capsys: pytest.CaptureFixture[str], name: str, more: list[str], code: str
) -> None:
    assert prepare(tmp_path, sources / "film.mp4", *more, name=name) == 1
    assert error_of(capsys)[0] == code and list(tmp_path.iterdir()) == []


def test_a_name_is_taken_until_it_is_replaced(
    tmp_path: Path, sources: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare(tmp_path, sources / "film.mp4") == 0
    before = (tmp_path / "anna/pack.bin").read_bytes()
    assert prepare(tmp_path, sources / "photo.png") == 1
    assert error_of(capsys)[0] == "name_taken" and (tmp_path / "anna/pack.bin").read_bytes() == before
    assert prepare(tmp_path, sources / "photo.png", "--replace") == 0
    assert (tmp_path / "anna/pack.bin").read_bytes() != before
    assert [path.name for path in tmp_path.iterdir()] == ["anna"]


def test_nothing_half_made_stays(
    tmp_path: Path, sources: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(make, "write_face", full)
    assert prepare(tmp_path, sources / "photo.png") == 1
    assert error_of(capsys)[0] == "disk_full" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_cancels(tmp_path: Path, sources: Path, number: signal.Signals) -> None:
    program = "import sys; from test_prepare_make import Encoder, main; sys.exit(main(sys.argv[1:], Encoder))"
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    options = ["--into", str(tmp_path), "--consent", CONSENT, "--landmarks", str(sources / "film.json"), "--json"]
    command = [sys.executable, "-c", program, "anna", str(sources / "film.mp4"), *options, "--size", "1024"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths})
    assert child.stdout is not None
    for line in child.stdout:
        if json.loads(line).get("step") == "faces":
            break
    child.send_signal(number)
    begun = time.monotonic()
    rest = child.stdout.read().splitlines()
    assert child.wait(30) == 130 and time.monotonic() - begun < 10
    assert json.loads(rest[-1])["error"]["code"] == "cancelled"
    assert list(tmp_path.iterdir()) == []
