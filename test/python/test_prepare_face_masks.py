"""Preparation: masks by face parsing instead of from landmarks, without the network itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="the preparation of avatars needs numpy")
cv2 = pytest.importorskip("cv2", reason="the preparation of avatars needs opencv-python-headless")
pytest.importorskip("av", reason="the preparation of avatars needs PyAV")
pytest.importorskip("safetensors", reason="the preparation of avatars needs safetensors")
from parley_workers.musetalk.face_file import read_face
from parley_workers.musetalk.prepare.command import main
from parley_workers.musetalk.prepare.crop import Box
from parley_workers.musetalk.prepare.errors import PreparationCancelled
from parley_workers.musetalk.prepare.face_masks import face_masks
from parley_workers.musetalk.prepare.landmarks import FaceNumbers
from parley_workers.musetalk.prepare.mask import jaw_mask
from parley_workers.musetalk.prepare.order import Progress
from parley_workers.musetalk.prepare.parsed_mask import parsed_mask
from portrait import draw_portrait, landmarks, write_landmarks

FACE = FaceNumbers(left=190, right=450, chin=440, bridge=270)
BOX = Box(190, 100, 450, 450)
BRIGHT, DARK = np.full((640, 640, 3), 200, np.uint8), np.zeros((640, 640, 3), np.uint8)
ALL_SKIN, NOTHING = np.ones((512, 512), np.uint8), np.zeros((512, 512), np.uint8)


@dataclass
class Parser:
    """Instead of the network: skin where the square is bright, and nothing else."""

    file: Path = Path("parts.pth")
    device: str = "cpu"
    asked: list[tuple[int, ...]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.file.name

    def classes(self, square: np.ndarray) -> np.ndarray:
        self.asked.append(square.shape)
        return ALL_SKIN if square.mean() > 20 else NOTHING


def test_pictures_without_a_jaw_have_the_landmarks_mask_and_one_warning() -> None:
    progress = Progress()
    masks = face_masks([BRIGHT, DARK, BRIGHT, DARK], [FACE] * 4, [BOX] * 4, Parser(), progress)
    for mask, expected in zip(masks.each, [parsed_mask(ALL_SKIN, BOX), jaw_mask(FACE, BOX)] * 2, strict=True):
        assert (mask == expected).all()
    assert not (masks.each[0] == masks.each[1]).all()
    assert masks.made_of == "face parsing (parts.pth)"
    assert len(progress.warnings) == 1 and "no jaw in 2 of 4 pictures" in progress.warnings[0]


def test_a_cancel_is_seen_before_the_next_picture_is_parsed() -> None:
    parser = Parser()
    progress = Progress(cancelled=lambda: len(parser.asked) == 2)
    with pytest.raises(PreparationCancelled):
        face_masks([BRIGHT] * 5, [FACE] * 5, [BOX] * 5, parser, progress)
    assert len(parser.asked) == 2


class Encoder:
    batch = 8
    vae_hash = "ab" * 32

    def __init__(self, models: Path, device: str) -> None:
        pass

    def encode(self, crops: np.ndarray) -> np.ndarray:
        return np.zeros((len(crops), 8, 32, 32), np.float16)


def prepare(folder: Path, name: str, *more: str) -> tuple[dict[str, Any], np.ndarray, list[Parser]]:
    """What source.json says, the masks, and the parsers that were opened."""
    cv2.imwrite(str(folder / "photo.png"), draw_portrait())
    numbers, opened = write_landmarks(folder / "photo.json", landmarks()), list[Parser]()

    def open_parser(file: Path, device: str) -> Parser:
        opened.append(Parser(file, device))
        return opened[-1]

    places = ["--into", str(folder / "avatars"), "--landmarks", str(numbers), "--device", "cpu"]
    options = ["--consent", "Nobody: a drawing.", "--size", "256", "--json"]
    assert main([name, str(folder / "photo.png"), *places, *options, *more], Encoder, open_parser) == 0
    avatar = folder / "avatars" / name
    face = read_face((avatar / "face.safetensors").read_bytes())
    return json.loads((avatar / "source.json").read_text()), face.masks, opened


def test_the_option_chooses_the_parsers_masks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MUSETALK_FACE_PARSER", raising=False)
    about, plain, opened = prepare(tmp_path, "plain")
    assert opened == [] and about["mask"] == "landmarks"
    assert '"masks"' not in capsys.readouterr().out
    about, parsed, opened = prepare(tmp_path, "parsed", "--face-parser", "somewhere/79999_iter.pth")
    assert about["mask"] == "face parsing (79999_iter.pth)" and about["warnings"] == []
    (parser,) = opened
    assert (parser.file, parser.device) == (Path("somewhere/79999_iter.pth"), "cpu")
    assert len(parser.asked) == about["pictures"] == len(parsed) and not (parsed[0] == plain[0]).all()
    steps = [line["step"] for line in map(json.loads, capsys.readouterr().out.splitlines()) if "step" in line]
    assert list(dict.fromkeys(steps)) == ["faces", "pictures", "masks", "latents", "writing"]


def test_the_setting_does_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSETALK_FACE_PARSER", "set/parts.safetensors")
    about, _, opened = prepare(tmp_path, "parsed")
    assert about["mask"] == "face parsing (parts.safetensors)" and opened[0].file == Path("set/parts.safetensors")
    monkeypatch.setenv("MUSETALK_FACE_PARSER", "")
    assert prepare(tmp_path, "plain")[2] == []
