"""Preparation: from landmarks to boxes, masks and patches."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="the preparation of avatars needs numpy")
cv2 = pytest.importorskip("cv2", reason="the preparation of avatars needs opencv-python-headless")
pytest.importorskip("av", reason="the preparation of avatars needs PyAV")
from parley_workers.musetalk.prepare.crop import Box, face_boxes, frame_around, model_crop
from parley_workers.musetalk.prepare.errors import PreparationError
from parley_workers.musetalk.prepare.landmarks import FaceNumbers, Placement, smooth
from parley_workers.musetalk.prepare.landmarks_file import FileLandmarks
from parley_workers.musetalk.prepare.mask import FIRST_SHOWN_ROW, jaw_mask
from parley_workers.musetalk.prepare.mediapipe_points import from_mediapipe
from parley_workers.musetalk.prepare.places import patch_places
from portrait import FACE, SIDE, landmarks, write_landmarks

NOTHING = np.zeros((SIDE, SIDE, 3), np.uint8)


@pytest.fixture
def face(tmp_path: Path) -> FaceNumbers:
    return FileLandmarks(write_landmarks(tmp_path / "face.json", landmarks()), SIDE, SIDE).find(
        0, NOTHING, Placement()
    )[0]


def four(left: float, right: float, chin: float, bridge: float) -> FaceNumbers:
    return FaceNumbers(left=left, right=right, chin=chin, bridge=bridge)


# --- landmarks --------------------------------------------------------------------------------------------------------


def test_landmarks_of_a_file_follow_the_cut(face: FaceNumbers, tmp_path: Path) -> None:
    assert (face.left, face.right, face.chin, face.bridge) == tuple(FACE.values())
    source = FileLandmarks(write_landmarks(tmp_path / "many.json", [None, landmarks()]), SIDE, SIDE)
    assert source.find(0, NOTHING, Placement()) == []
    placement = Placement(100, 50, 0.5)
    seen = source.find(1, NOTHING, placement)[0]
    assert (seen.left, seen.right, seen.chin, seen.bridge) == (45, 175, 195, 110)
    back = placement.to_source(seen)
    assert np.allclose(back.contour, face.contour, atol=1e-3) and np.allclose(
        back.eyes[1].lower, face.eyes[1].lower, atol=1e-3
    )
    with pytest.raises(PreparationError, match="ends after 2 pictures, and picture 2"):
        source.find(2, NOTHING, Placement())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"left": None}, "picture.left is missing"),
        ({"left": "190"}, "picture.left is '190'"),
        ({"left": True}, "picture.left is True"),
        ({"left": 460}, "left is not left of right"),
        ({"bridge": 450}, "not above the chin"),
        ({"chin": 1e9}, "no pixel"),
        ({"chin": 2000}, "far outside"),
        ({"jaw": []}, "`jaw`, which is unknown"),
        ({"contour": [[1, 2]]}, "no list of 5 to 200"),
        ({"mouth": [[1, 2], [3], [4, 5]]}, r"a point is \[x, y\]"),
        ({"eyes": [{}]}, "no list of two"),
        ({"eyes": [{"upper": []}, {}]}, "`upper` and `lower`"),
        ({"yaw": "left"}, "picture.yaw"),
    ],
)
def test_numbers_of_a_file_are_checked(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    path = write_landmarks(tmp_path / "face.json", {**landmarks(), **change})
    with pytest.raises(PreparationError, match=named) as caught:
        FileLandmarks(path, SIDE, SIDE)
    assert caught.value.code == "bad_landmarks" and "face.json" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no JSON object"),
        ("{}", "either `picture` or `pictures`"),
        ('{"pictures": []}', "empty"),
        ('{"picture": null, "face": 1}', "`face` is unknown"),
        ('{"width": 1, "picture": {}}', "a width of 1"),
        ('{"picture": {"left": NaN, "right": 1, "chin": 2, "bridge": 1}}', "nan"),
    ],
)
def test_a_file_that_is_no_landmarks_is_refused(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "face.json").write_text(text)
    with pytest.raises(PreparationError, match=named):
        FileLandmarks(tmp_path / "face.json", SIDE, SIDE)
    with pytest.raises(PreparationError, match="No such file"):
        FileLandmarks(tmp_path / "none.json", SIDE, SIDE)


def test_mediapipe_points_become_ours() -> None:
    points = np.zeros((478, 3))
    points[:, :2] = 0.5
    points[234], points[454], points[152] = (0.3, 0.4, -0.05), (0.7, 0.4, 0.05), (0.5, 0.8, 0)
    points[168], points[4] = (0.5, 0.3, 0), (0.5, 0.6, 0)
    found = from_mediapipe(points.tolist(), 1000, 500)
    assert (found.left, found.right, found.chin) == pytest.approx((300, 700, 400))
    # Two thirds down from between the eyes to the tip.
    assert found.bridge == pytest.approx(250)
    assert found.yaw == pytest.approx(14.04, abs=0.01)
    with pytest.raises(ValueError):
        from_mediapipe(points[:100].tolist(), 1000, 500)


def test_smoothing_takes_trembling_and_leaves_movement(face: FaceNumbers) -> None:
    random = np.random.default_rng(0)
    trembling = random.normal(0, 1, 300)
    course = 20 * np.sin(np.arange(300) / 10)
    noisy = [face.mapped(lambda p, m=m, n=n: p + [m + n, n]) for m, n in zip(course, trembling)]
    errors = np.array([one.left - face.left - m for one, m in zip(smooth(noisy), course)])
    assert errors.std() < 0.55 * trembling.std()
    assert len(smooth(noisy)[0].contour) == len(face.contour)
    mixed = [face, four(1, 2, 3, 1), face]
    assert smooth(mixed) == mixed


# --- crops ------------------------------------------------------------------------------------------------------------


def test_the_box_follows_the_rule_of_version_1_5() -> None:
    # d = 100: from 100 above the bridge to the chin and 10 pixels of the source, which measure 5 here.
    assert face_boxes([four(200, 320, 400, 300)], 512, 512, 0.5) == [Box(200, 200, 320, 405)]
    # Inside the picture, whatever the landmarks.
    assert face_boxes([four(-5, 150, 508, 240)], 512, 512, 1.0) == [Box(0, 0, 150, 512)]
    with pytest.raises(PreparationError):
        face_boxes([four(10, 12, 40, 30)], 512, 512, 1.0)


def test_boxes_do_not_change_size_from_rounding() -> None:
    random = np.random.default_rng(1)
    faces = [four(200.5 + n, 320.5 + n, 400.5, 300.5 + n / 4) for n in random.normal(0, 0.3, 50)]
    boxes = face_boxes(faces, 512, 512, 1.0)
    assert len({(box.width, box.height) for box in boxes}) == 1
    grows = face_boxes([four(200 - n, 320 + n, 400, 300) for n in range(10)], 512, 512, 1.0)
    assert all(abs(box.width - 120 - 2 * n) <= 1 for n, box in enumerate(grows))


def test_the_frame_holds_head_and_shoulders() -> None:
    framing = frame_around([four(900, 1100, 600, 460)], 1920, 1080, (512, 512))
    assert framing.width == framing.height == pytest.approx(2.4 * 280, abs=1)
    assert framing.x < 900 and framing.x + framing.width > 1100
    assert framing.y < 320 and framing.y + framing.height > 600 + 280 / 2
    upright = frame_around([four(900, 1100, 600, 460)], 1920, 1080, (384, 512))
    assert upright.width / upright.height == pytest.approx(0.75, abs=0.01)
    # Near a corner, and with more face than there is picture around it.
    corner = frame_around([four(10, 210, 300, 160)], 640, 480, (512, 512))
    assert (corner.x, corner.y) == (0, 0) and corner.height == 480
    assert corner.cut(np.zeros((480, 640, 3), np.uint8)).shape == (512, 512, 3)
    with pytest.raises(PreparationError, match="moves too far"):
        frame_around([four(0, 200, 300, 160), four(440, 640, 300, 160)], 640, 480, (512, 512))


def test_the_crop_is_rgb_at_the_models_size() -> None:
    picture = np.zeros((300, 300, 3), np.uint8)
    picture[50:150, 100:180] = (10, 20, 250)
    crop = model_crop(picture, Box(100, 50, 180, 150))
    assert crop.shape == (256, 256, 3) and (crop == (250, 20, 10)).all()


# --- masks and patches ------------------------------------------------------------------------------------------------


def at(mask: np.ndarray, box: Box, x: float, y: float) -> int:
    return int(mask[int((y - box.top) * 128 / box.height), int((x - box.left) * 128 / box.width)])


@pytest.mark.parametrize("full", [True, False])
def test_the_mask_covers_mouth_and_chin_and_leaves_the_nose(face: FaceNumbers, full: bool) -> None:
    seen = face if full else four(face.left, face.right, face.chin, face.bridge)
    box = face_boxes([seen], SIDE, SIDE, 1.0)[0]
    mask = jaw_mask(seen, box)
    assert mask.dtype == np.uint8 and mask.shape == (128, 128)
    for x, y in ((320, 370), (272, 370), (368, 370), (320, 352), (320, 415)):
        assert at(mask, box, x, y) > 230, (x, y)
    for x, y in ((320, 285), (320, 305), (262, 225), (195, 430), (445, 430), (320, 150)):
        assert at(mask, box, x, y) < 40, (x, y)
    assert not mask[:54].any() and FIRST_SHOWN_ROW == 104
    assert not mask[0].any() and not mask[-1].any() and not mask[:, 0].any() and not mask[:, -1].any()
    # Soft: no step from pixel to pixel that would be an edge.
    assert np.abs(np.diff(mask.astype(int), axis=1)).max() < 64
    assert (jaw_mask(seen, box) == mask).all()


def test_no_mask_reaches_above_the_row_that_is_drawn_first(face: FaceNumbers) -> None:
    for box in (Box(100, 200, 500, 300), Box(200, 100, 300, 500)):
        mask = jaw_mask(four(box.left, box.right, box.bottom, (box.top + box.bottom) / 2), box)
        assert mask.any() and not mask[: FIRST_SHOWN_ROW // 2].any()


def test_a_mask_of_a_turned_face_is_the_mirrored_one(face: FaceNumbers) -> None:
    turned = replace(face, contour=face.contour + np.array([8, 0], np.float32) * (face.contour[:, :1] < 320))
    mirrored = turned.mapped(lambda points: np.array([SIDE, 0], np.float32) + points * np.array([-1, 1], np.float32))
    mirrored = replace(mirrored, left=mirrored.right, right=mirrored.left)
    masks = [jaw_mask(one, face_boxes([one], SIDE, SIDE, 1.0)[0]).astype(int) for one in (turned, mirrored)]
    assert np.abs(masks[0] - masks[1][:, ::-1]).mean() < 3


def test_patches_lie_on_the_grid_and_hold_all_that_is_drawn(face: FaceNumbers) -> None:
    faces = [face.mapped(lambda points, n=n: points + [3 * n, n]) for n in range(20)]
    boxes = face_boxes(faces, SIDE, SIDE, 1.0)
    masks = [jaw_mask(one, box) for one, box in zip(faces, boxes)]
    (width, height), places = patch_places(boxes, masks, SIDE, SIDE)
    assert width % 16 == height % 16 == 0 and not (places % 16).any()
    assert places.dtype == np.int32 and places.shape == (20, 2)
    for box, mask, (x, y) in zip(boxes, masks, places):
        drawn = np.zeros((SIDE, SIDE), np.uint8)
        drawn[box.top : box.bottom, box.left : box.right] = cv2.resize(mask, (box.width, box.height))
        left, top, across, down = cv2.boundingRect(drawn)
        assert x + 8 <= left and y + 8 <= top and x + width >= left + across + 8 and y + height >= top + down + 8
    assert width < boxes[0].width + 48 and height < 0.6 * boxes[0].height + 48
    # At the rim of the picture they stay inside.
    low = Box(480, 480, 640, 640)
    (width, height), places = patch_places([low], [masks[0]], SIDE, SIDE)
    assert places[0][0] + width <= SIDE and places[0][1] + height <= SIDE


def test_landmark_files_are_as_documented(tmp_path: Path) -> None:
    text = '{"width": 1280, "height": 720, "picture": {"left": 500, "right": 760, "chin": 560, "bridge": 330}}'
    (tmp_path / "face.json").write_text(json.dumps(json.loads(text)))
    assert FileLandmarks(tmp_path / "face.json", 1280, 720).find(5, NOTHING, Placement())[0].width == 260
