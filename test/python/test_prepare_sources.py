"""Preparation of films that have something wrong with them, and the detector as a process of its own."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="the preparation of avatars needs numpy")
cv2 = pytest.importorskip("cv2", reason="the preparation of avatars needs opencv-python-headless")
pytest.importorskip("av", reason="the preparation of avatars needs PyAV")
from parley_workers.musetalk.prepare import detector
from parley_workers.musetalk.prepare.detector import MediapipeLandmarks, open_landmarks
from parley_workers.musetalk.prepare.errors import PreparationCancelled, PreparationError
from parley_workers.musetalk.prepare.footage import Footage, from_film, from_photo
from parley_workers.musetalk.prepare.landmarks import Placement
from parley_workers.musetalk.prepare.order import Order, Progress
from portrait import draw_portrait, landmarks, sway, write_film, write_landmarks


def film(
    tmp_path: Path, pictures: list[np.ndarray], faces: Any, progress: Progress | None = None, **more: Any
) -> Footage:
    source = write_film(tmp_path / "film.mp4", pictures)
    file = write_landmarks(tmp_path / "film.json", faces)
    order = Order("anna", source, tmp_path, "yes", landmarks=file, size=256, seconds=2.4, **more)
    return from_film(order, progress or Progress())


def refused(code: str, *arguments: Any, **more: Any) -> str:
    with pytest.raises(PreparationError) as caught:
        film(*arguments, **more)
    assert caught.value.code == code
    return str(caught.value)


def swaying(count: int, **more: Any) -> list[np.ndarray]:
    return [draw_portrait(sway(index), **more) for index in range(count)]


def test_a_loop_lies_between_two_cuts(tmp_path: Path) -> None:
    warnings: list[str] = []
    pictures = [*swaying(30), *swaying(70, background=220), *swaying(20)]
    faces = [landmarks(sway(index)) for index in [*range(30), *range(70), *range(20)]]
    found = film(tmp_path, pictures, faces, Progress(tell_warning=warnings.append))
    assert 1.2 <= found.facts["from_s"] and found.facts["to_s"] <= 4.0
    assert "2 cuts found (at 1.20 s, 4.00 s)" in warnings[0]


def test_too_many_cuts_are_refused(tmp_path: Path) -> None:
    pictures = [picture for n in range(3) for picture in swaying(25, background=60 + 70 * n)]
    message = refused("shot_cut", tmp_path, pictures, landmarks())
    assert "2 cuts found (at 1.00 s, 2.00 s)" in message


def test_a_part_without_a_face_is_left_out(tmp_path: Path) -> None:
    warnings: list[str] = []
    faces = [None if 60 <= index < 75 else landmarks(sway(index)) for index in range(140)]
    found = film(tmp_path, swaying(140), faces, Progress(tell_warning=warnings.append))
    assert found.facts["to_s"] <= 2.4 or found.facts["from_s"] >= 3.0
    assert "No face was found in picture 60 (at 2.40 s)" in warnings[0]


def test_no_face_names_the_picture_and_the_time(tmp_path: Path) -> None:
    faces = [None if 20 <= index < 50 else landmarks(sway(index)) for index in range(75)]
    assert "picture 20 (at 0.80 s)" in refused("no_face", tmp_path, swaying(75), faces)
    # Between two of the pictures that were looked at first.
    faces = [None if index == 33 else landmarks(sway(index)) for index in range(60)]
    assert "picture 33 (at 1.32 s)" in refused("no_face", tmp_path, swaying(60), faces)


def test_what_the_film_shows_is_refused_with_the_reason(tmp_path: Path) -> None:
    assert "too dark" in refused("too_dark", tmp_path, swaying(55, light=0.1), landmarks())
    small = [cv2.resize(picture, (192, 192), interpolation=cv2.INTER_AREA) for picture in swaying(55)]
    source = write_film(tmp_path / "small.mp4", small)
    numbers = {"picture": {"left": 57, "right": 135, "chin": 132, "bridge": 81}}
    (tmp_path / "small.json").write_text(json.dumps(numbers))
    with pytest.raises(PreparationError, match="78 pixels wide") as caught:
        from_film(Order("anna", source, tmp_path, "yes", landmarks=tmp_path / "small.json"), Progress())
    assert caught.value.code == "face_too_small"
    assert "50 degrees" in refused("profile_view", tmp_path, swaying(55), {**landmarks(), "yaw": 50})
    refused("head_cut_off", tmp_path, [draw_portrait((-250.0, 0.0))] * 55, landmarks((-250, 0)))


def test_start_and_end_choose_the_part(tmp_path: Path) -> None:
    faces = [landmarks(sway(index)) for index in range(150)]
    found = film(tmp_path, swaying(150), faces, start_s=2.0, end_s=4.4)
    assert 2.0 <= found.facts["from_s"] and found.facts["to_s"] <= 4.4


def test_a_cancel_is_noticed_between_pictures(tmp_path: Path) -> None:
    asked = iter(range(10_000))
    with pytest.raises(PreparationCancelled):
        film(tmp_path, swaying(60), landmarks(), Progress(cancelled=lambda: next(asked) > 20))
    assert next(asked) < 30


# --- the detector -----------------------------------------------------------------------------------------------------

CHILD = """
import json, sys, numpy
print(json.dumps({"ready": "a test"}), flush=True)
while line := sys.stdin.buffer.readline():
    width, height = map(int, line.split())
    picture = numpy.frombuffer(sys.stdin.buffer.read(width * height * 3), numpy.uint8).reshape(height, width, 3)
    assert picture[..., 0].mean() > picture[..., 2].mean(), "RGB"
    points = [[0.5, 0.5, 0.0]] * 478
    points[234], points[454], points[152] = [0.3, 0.36, 0.0], [0.7, 0.36, 0.0], [0.5, 0.69, 0.0]
    points[168], points[4] = [0.5, 0.33, 0.0], [0.5, 0.47, 0.0]
    print(json.dumps({"faces": [points]}), flush=True)
"""


def child(tmp_path: Path, program: str) -> Path:
    """A file that is started as a python with mediapipe would be, whatever it is given to run."""
    path = tmp_path / "python"
    path.write_text(f"#!{sys.executable}\n{program}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_detector_is_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSETALK_LANDMARKS_PYTHON", str(child(tmp_path, CHILD)))
    monkeypatch.delenv("FACE_LANDMARKS_MODEL", raising=False)
    cv2.imwrite(str(tmp_path / "photo.png"), draw_portrait())
    made = from_photo(Order("anna", tmp_path / "photo.png", tmp_path, "yes", size=128), Progress())
    assert made.detector == "a test" and len(made.pictures) == 150
    assert made.faces[0].width == pytest.approx(0.4 * 128, abs=2)


@pytest.mark.parametrize(
    ("program", "code", "named"),
    [
        ('print(\'{"error": "no module mediapipe"}\')', "no_detector", "no module mediapipe"),
        ("import sys; sys.exit('boom')", "detector_failed", "Its last words: boom"),
        ("print('hello')", "detector_failed", "no JSON"),
        ("print('[]')", "detector_failed", "no JSON"),
        ("print('x' * 2_000_000)", "detector_failed", "too long"),
    ],
)
def test_a_detector_that_does_not_start_is_told_of(tmp_path: Path, program: str, code: str, named: str) -> None:
    with pytest.raises(PreparationError, match=named) as caught:
        MediapipeLandmarks(child(tmp_path, program), None, Progress())
    assert caught.value.code == code


@pytest.mark.parametrize("answer", ['{"faces": [[[0.1]]]}', '{"faces": 1}', "{}", '{"faces": [null]}'])
def test_a_detector_that_talks_nonsense_is_told_of(tmp_path: Path, answer: str) -> None:
    program = f"import sys; print('{{}}', flush=True); sys.stdin.buffer.readline(); print({answer!r}, flush=True)"
    detector = MediapipeLandmarks(child(tmp_path, program), None, Progress())
    with pytest.raises(PreparationError, match="something else than faces|ended"):
        detector.find(0, np.zeros((32, 32, 3), np.uint8), Placement())
    detector.close()


def test_a_detector_that_ends_or_hangs_is_told_of(tmp_path: Path) -> None:
    detector = MediapipeLandmarks(
        child(tmp_path, "print('{}', flush=True); print('bad', file=__import__('sys').stderr)"), None, Progress()
    )
    with pytest.raises(PreparationError, match="has ended"):
        detector.find(0, draw_portrait(), Placement())
    detector.close()
    cancelled = [False]
    hanging = child(tmp_path, "import time; print('{}', flush=True); time.sleep(60)")
    detector = MediapipeLandmarks(hanging, None, Progress(cancelled=lambda: cancelled[0]))
    cancelled[0] = True
    with pytest.raises(PreparationCancelled):
        detector.find(0, np.zeros((32, 32, 3), np.uint8), Placement())
    detector.close()


def test_without_a_detector_the_three_ways_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "USUAL_PYTHON", tmp_path / "none")
    monkeypatch.delenv("MUSETALK_LANDMARKS_PYTHON", raising=False)
    order = Order("anna", tmp_path / "a.mp4", tmp_path, "yes")
    with pytest.raises(PreparationError) as caught:
        open_landmarks(order, 640, 640, Progress())
    assert caught.value.code == "no_detector"
    assert all(way in str(caught.value) for way in ("mediapipe in an environment", "FACE_LANDMARKS_MODEL", "--landmarks FILE.json"))
    monkeypatch.setenv("MUSETALK_LANDMARKS_PYTHON", sys.executable)
    monkeypatch.setenv("FACE_LANDMARKS_MODEL", str(tmp_path / "none.task"))
    with pytest.raises(PreparationError, match="none.task"):
        open_landmarks(order, 640, 640, Progress())
