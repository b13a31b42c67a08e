"""Preparation: the mask of what a face parser saw, from painted parts of a face."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy", reason="the preparation of avatars needs numpy")
cv2 = pytest.importorskip("cv2", reason="the preparation of avatars needs opencv-python-headless")
from parley_workers.musetalk.prepare.crop import Box
from parley_workers.musetalk.prepare.mask import FIRST_SHOWN_ROW
from parley_workers.musetalk.prepare.parsed_mask import parsed_mask, parsed_square

BOX = Box(190, 100, 450, 450)
# Of the square around it: half of it is 1.5 times 175, in whole pixels, on each side of (320, 275).
LEFT, TOP, SIDE = 58, 13, 524
SKIN, NOSE, INSIDE, UPPER_LIP, LOWER_LIP, NECK, HAIR = 1, 10, 11, 12, 13, 14, 17
MIDDLE = 256


def blank() -> np.ndarray:
    return np.zeros((512, 512), np.uint8)


def painted() -> np.ndarray:
    classes = blank()
    cv2.ellipse(classes, (MIDDLE, 230), (160, 200), 0, 0, 360, HAIR, -1)
    cv2.rectangle(classes, (MIDDLE - 60, 330), (MIDDLE + 60, 511), NECK, -1)
    cv2.ellipse(classes, (MIDDLE, 250), (120, 160), 0, 0, 360, SKIN, -1)
    cv2.fillPoly(classes, [np.array([[MIDDLE, 200], [MIDDLE - 36, 305], [MIDDLE + 36, 305]], np.int32)], NOSE)
    cv2.ellipse(classes, (MIDDLE, 350), (48, 18), 0, 180, 360, UPPER_LIP, -1)
    cv2.ellipse(classes, (MIDDLE, 350), (48, 18), 0, 0, 180, LOWER_LIP, -1)
    return classes


def mask_of(classes: np.ndarray, box: Box = BOX) -> np.ndarray:
    mask = parsed_mask(classes, box)
    assert mask is not None
    assert mask.dtype == np.uint8 and mask.shape == (128, 128)
    return mask


def place(x: float, y: float) -> tuple[float, float]:
    """Of a pixel that was parsed, in the mask."""
    across, down = LEFT + x * SIDE / 512 - BOX.left, TOP + y * SIDE / 512 - BOX.top
    return across * 128 / BOX.width, down * 128 / BOX.height


def at(mask: np.ndarray, x: float, y: float) -> int:
    column, row = place(x, y)
    return int(mask[int(row), int(column)])


def half_way(line: np.ndarray) -> float:
    """Where a line of the mask, strong at its beginning, falls through one half."""
    assert line[0] > 200
    last = int(np.flatnonzero(line > 127)[-1])
    above, below = float(line[last]), float(line[last + 1])
    return last + 0.5 + (above - 127.5) / (above - below)


# --- what is parsed ---------------------------------------------------------------------------------------------------


def test_the_parser_sees_the_square_around_the_box_in_rgb() -> None:
    picture = np.random.default_rng(0).integers(1, 256, (640, 640, 3)).astype(np.uint8)
    square = parsed_square(picture, BOX)
    assert (square == picture[TOP : TOP + SIDE, LEFT : LEFT + SIDE, ::-1]).all()


def test_beyond_the_edges_of_the_picture_it_sees_black() -> None:
    picture = np.random.default_rng(0).integers(1, 256, (200, 160, 3)).astype(np.uint8)
    square = parsed_square(picture, Box(10, 20, 150, 190))
    # Half of the side is 1.5 times 85, in whole pixels, around (80, 105).
    assert square.shape == (254, 254, 3)
    assert (square[22:222, 47:207] == picture[:, :, ::-1]).all()
    seen = np.zeros((254, 254), bool)
    seen[22:222, 47:207] = True
    assert not square[~seen].any()


# --- the mask ---------------------------------------------------------------------------------------------------------


def test_it_covers_mouth_and_chin_and_leaves_the_nose_hair_and_neck() -> None:
    mask = mask_of(painted())
    for x, y in ((MIDDLE, 350), (MIDDLE - 45, 350), (MIDDLE + 45, 350), (MIDDLE, 385), (MIDDLE - 60, 320)):
        assert at(mask, x, y) > 230, (x, y)
    # The nose, the eyes' height, hair beside the cheeks.
    for x, y in ((MIDDLE, 285), (MIDDLE, 240), (MIDDLE - 60, 220), (132, 340), (380, 340)):
        assert at(mask, x, y) < 60, (x, y)
    neck_alone = painted()
    neck_alone[neck_alone == NECK] = 0
    assert (mask_of(neck_alone) == mask).all()
    hair_alone = painted()
    hair_alone[hair_alone == HAIR] = 0
    assert (mask_of(hair_alone) == mask).all()


def test_it_is_soft_and_shows_nothing_above_the_middle_or_on_the_rim() -> None:
    everything = np.full((512, 512), SKIN, np.uint8)
    for box in (BOX, Box(100, 200, 500, 300), Box(200, 100, 300, 500)):
        mask = mask_of(everything, box)
        assert not mask[: FIRST_SHOWN_ROW // 2].any() and mask[80, 64] == 255
        assert not mask[-1].any() and not mask[:, 0].any() and not mask[:, -1].any()
    steps = [np.abs(np.diff(mask_of(painted()).astype(int), axis=axis)).max() for axis in (0, 1)]
    assert max(steps) < 64


def test_a_mouth_shows_even_where_no_skin_is_around_it() -> None:
    classes = painted()
    classes[300:400, MIDDLE - 60 : MIDDLE + 60] = NECK
    assert at(mask_of(classes), MIDDLE, 355) < 60
    for part in (INSIDE, UPPER_LIP, LOWER_LIP):
        classes[320:390, MIDDLE - 50 : MIDDLE + 50] = part
        assert at(mask_of(classes), MIDDLE, 355) > 230, part


def test_the_chin_is_pushed_down_by_six_pixels() -> None:
    classes = blank()
    classes[100:370, MIDDLE - 80 : MIDDLE + 80] = SKIN
    below = mask_of(classes)[90:, 64]
    assert 90 + half_way(below) == pytest.approx(place(0, 370 + 6)[1], abs=0.3)


def test_what_lies_within_the_skin_is_closed_by_sixteen_pixels_from_below_and_six_from_above() -> None:
    classes = blank()
    classes[100:440, MIDDLE - 100 : MIDDLE + 100] = SKIN
    classes[330:370, MIDDLE - 100 : MIDDLE + 100] = HAIR
    first, end = (int(place(0, y)[1]) for y in (300, 400))
    missing = 255.0 - mask_of(classes)[first:end, 64]
    # Rows 336 to 353 stay open, and the softening keeps their middle where it is.
    middle = (missing * (np.arange(first, end) + 0.5)).sum() / missing.sum()
    assert middle == pytest.approx(place(0, 345)[1], abs=0.3)
    assert missing.sum() / 255 == pytest.approx(18 / 512 * SIDE / BOX.height * 128, abs=0.4)


def test_cheeks_are_drawn_in_and_what_is_near_the_middle_is_not() -> None:
    wide = Box(145, 100, 495, 450)
    row = int(place(0, 340)[1])
    for half, shown in ((140, 140 + 10 - 34), (100, 90), (70, 70 + 10)):
        classes = blank()
        classes[100:420, MIDDLE - half : MIDDLE + half] = SKIN
        mask = mask_of(classes, wide)
        expected = (LEFT + (MIDDLE + shown) * SIDE / 512 - wide.left) * 128 / wide.width
        assert 64 + half_way(mask[row, 64:]) == pytest.approx(expected, abs=0.5), half
        assert np.abs(mask.astype(int) - mask[:, ::-1]).max() < 30


def test_where_there_is_no_jaw_there_is_no_mask() -> None:
    hand = painted()
    hand[270:] = 0
    assert parsed_mask(blank(), BOX) is None
    assert parsed_mask(hand, BOX) is None
    only_nose = np.full((512, 512), NOSE, np.uint8)
    assert parsed_mask(only_nose, BOX) is None
