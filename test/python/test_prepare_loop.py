"""Preparation: scores and refusals, the choice of a loop, and a photo that comes alive."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="the preparation of avatars needs numpy")
cv2 = pytest.importorskip("cv2", reason="the preparation of avatars needs opencv-python-headless")
pytest.importorskip("av", reason="the preparation of avatars needs PyAV")
from parley_workers.musetalk.prepare.blink import LidMap, blink_course
from parley_workers.musetalk.prepare.errors import PreparationError
from parley_workers.musetalk.prepare.landmarks import FaceNumbers, Placement
from parley_workers.musetalk.prepare.landmarks_file import FileLandmarks
from parley_workers.musetalk.prepare.loop import best_loop, choose_loop, shortened
from parley_workers.musetalk.prepare.order import Progress
from parley_workers.musetalk.prepare.photo import animate
from parley_workers.musetalk.prepare.quality import looks_of, refuse, score_of, the_face
from portrait import SIDE, draw_portrait, landmarks, write_landmarks


@pytest.fixture
def face(tmp_path: Path) -> FaceNumbers:
    file = FileLandmarks(write_landmarks(tmp_path / "face.json", landmarks()), SIDE, SIDE)
    return file.find(0, draw_portrait(), Placement())[0]


def four(left: float, right: float, chin: float, bridge: float) -> FaceNumbers:
    return FaceNumbers(left=left, right=right, chin=chin, bridge=bridge)


# --- scores -----------------------------------------------------------------------------------------------------------


def test_faces_that_cannot_be_used_are_refused(face: FaceNumbers) -> None:
    picture = draw_portrait()
    codes = {
        "no_face": lambda: the_face([], picture, "picture 7"),
        "two_faces": lambda: the_face([face, four(0, 150, 200, 100)], picture, "picture 7"),
        "head_cut_off": lambda: the_face([four(190, 450, 700, 500)], picture, "picture 7"),
        "face_too_small": lambda: refuse(looks_of(picture, face, 90), "picture 7"),
        "too_dark": lambda: refuse(looks_of(draw_portrait(light=0.1), face, 260), "picture 7"),
        "profile_view": lambda: refuse(looks_of(picture, replace(face, yaw=-55.0), 260), "picture 7"),
    }
    for code, act in codes.items():
        with pytest.raises(PreparationError, match="picture 7") as caught:
            act()
        assert caught.value.code == code
    # Somebody far behind is no second person.
    assert the_face([face, four(0, 40, 60, 30)], picture, "picture 7") is face


def test_a_better_source_scores_higher(face: FaceNumbers) -> None:
    def score(picture: np.ndarray, size: float = 300, yaw: float | None = 0.0, movement: float = 0.0005) -> Any:
        return score_of([looks_of(picture, replace(face, yaw=yaw), size)], movement)

    good = score(draw_portrait())
    assert good.total >= 85 and good.advice == ()
    worse = {
        "size": score(draw_portrait(), size=130),
        "sharpness": score(cv2.GaussianBlur(draw_portrait(), (0, 0), 6)),
        "light": score(draw_portrait(light=0.28)),
        "pose": score(draw_portrait(), yaw=-25.0),
        "stillness": score(draw_portrait(), movement=0.006),
    }
    for part, one in worse.items():
        assert one.parts[part] < good.parts[part] - 20 and one.total < good.total and len(one.advice) == 1, part
    assert "pose" not in score(draw_portrait(), yaw=None).parts


# --- loops ------------------------------------------------------------------------------------------------------------


def test_a_loop_turns_where_nothing_moves() -> None:
    movements = 0.003 * np.abs(np.sin(np.pi * np.arange(400) / 60))
    loop = choose_loop(movements, np.full(400, 90.0), (0, 400), 150)
    assert loop is not None and 90 <= loop.count <= 150
    assert max(loop.turns) < 0.0003 and loop.movement > 0.001


def test_a_loop_stays_within_its_stretch_and_takes_the_stillest() -> None:
    movements = np.concatenate([np.full(200, 0.004), np.full(200, 0.0005), np.full(200, 0.004)])
    quality = np.full(600, 80.0)
    loop = best_loop(movements, quality, [(0, 200), (205, 395), (400, 600)], 150)
    assert loop is not None and 205 <= loop.first and loop.end <= 395 and loop.count == 150
    quality[:200] = 10
    assert best_loop(movements, quality, [(0, 200), (400, 600)], 150).first >= 400
    assert best_loop(movements, quality, [(0, 49)], 150) is None
    assert best_loop(movements, quality, [(0, 60)], 150).count == 60
    assert shortened(movements, loop, 70).count <= 70 and shortened(movements, loop, 40) is None


# --- photos -----------------------------------------------------------------------------------------------------------


def test_a_photo_breathes_blinks_and_closes(face: FaceNumbers) -> None:
    warnings: list[str] = []
    base, small = cv2.resize(draw_portrait(), (256, 256), interpolation=cv2.INTER_AREA), face.mapped(lambda p: p * 0.4)
    pictures, faces = animate(base, small, 6.0, Progress(tell_warning=warnings.append))
    assert len(pictures) == len(faces) == 150 and warnings == []
    greys = np.array([cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) for picture in pictures], np.float32)
    steps = np.array([np.abs(one - before).mean() for one, before in zip(greys, np.roll(greys, 1, axis=0))])
    # The seam is a step like every other.
    assert steps[0] < 1.5 * np.median(steps) and np.median(steps) > 0.005
    pupil = greys[:, 88:91, 103:107].mean(axis=(1, 2))
    assert pupil[0] < 90 and pupil[35:37].min() > pupil[0] + 30, "the lids cover the eye"
    movement = np.array([one.bridge for one in faces]) - small.bridge
    assert 0.3 < np.ptp(movement) < 3


def test_a_photo_without_eyes_only_breathes(face: FaceNumbers) -> None:
    warnings: list[str] = []
    base, small = np.full((128, 128, 3), 90, np.uint8), replace(face.mapped(lambda p: p * 0.2), eyes=())
    assert len(animate(base, small, 4.0, Progress(tell_warning=warnings.append))[0]) == 100
    assert len(warnings) == 1 and "not blink" in warnings[0]
    shut = [replace(eye, lower=eye.upper + [0, 1]) for eye in face.eyes]
    assert not LidMap((SIDE, SIDE), shut[0]).usable and LidMap((SIDE, SIDE), face.eyes[0]).usable


def test_a_blink_changes_the_eye_and_nothing_else(face: FaceNumbers) -> None:
    picture = draw_portrait()
    closed = LidMap(picture.shape, face.eyes[0]).closed(picture, 1.0)
    changed = np.argwhere(np.abs(closed.astype(int) - picture).max(axis=2) > 12)
    (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
    assert 225 - 3 * 22 < top and bottom < 225 + 16 and 262 - 36 < left and right < 262 + 36
    assert max(blink_course(150)) == 1.0 and blink_course(150)[0] == 0
