"""The landmark detector: a child process in an environment of its own, since mediapipe wants older libraries than we
do. Which of the three ways to landmarks is taken, is decided here.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .errors import PreparationError
from .landmarks import FaceNumbers, Landmarks, Placement
from .landmarks_file import FileLandmarks
from .mediapipe_points import from_mediapipe
from .order import Order, Progress

PROGRAM = Path(__file__).with_name("detect_mediapipe.py")
# As `node setup.mjs musetalk` makes it, beside the folder python/.
USUAL_PYTHON = Path(__file__).parents[4] / "var/landmarks/bin/python"
# Its import took 1.5 s where it was tried, and minutes are for slow disks; a picture took 20 ms.
START_S, PICTURE_S = 120.0, 30.0
# How often a wait looks whether it is still wanted.
LOOK_S = 0.1
# Larger pictures find no more: the detector shrinks them.
LONGEST_SIDE = 1280
MOST_ANSWER_BYTES = 1024 * 1024

THREE_WAYS = (
    "There is nothing that finds faces. One of three is needed: mediapipe in an environment of its own "
    "(`node setup.mjs musetalk` makes one, or MUSETALK_LANDMARKS_PYTHON names the python that has it); a "
    "face_landmarker.task for it (FACE_LANDMARKS_MODEL or --landmarks-model, with the same environment); or "
    "--landmarks FILE.json with the numbers themselves."
)


def open_landmarks(order: Order, width: int, height: int, progress: Progress) -> Landmarks:
    if order.landmarks is not None:
        return FileLandmarks(order.landmarks, width, height)
    python = order.landmarks_python or Path(os.environ.get("MUSETALK_LANDMARKS_PYTHON") or USUAL_PYTHON)
    if not python.is_file():
        raise PreparationError("no_detector", THREE_WAYS)
    given = os.environ.get("FACE_LANDMARKS_MODEL")
    model = order.landmarks_model or (Path(given) if given else None)
    if model is not None and not model.is_file():
        raise PreparationError("no_detector", f"There is no landmark model {model}.")
    return MediapipeLandmarks(python, model, progress)


class MediapipeLandmarks:
    def __init__(self, python: Path, model: Path | None, progress: Progress) -> None:
        self._progress = progress
        self._log = tempfile.TemporaryFile()
        self._rest = b""
        command = [str(python.absolute()), str(PROGRAM), *([str(model.resolve())] if model else [])]
        # A session of its own, so that Ctrl-C reaches only us. Our PYTHONPATH would put our libraries before its own.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        try:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=environment,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            self._log.close()
            raise PreparationError("no_detector", f"{python} does not start: {error.strerror}.") from None
        try:
            greeting = self._answer(START_S)
            if "error" in greeting:
                raise PreparationError("no_detector", f"{python} cannot find faces: {greeting['error']}. {THREE_WAYS}")
            self.name = str(greeting.get("ready", "mediapipe"))
        except BaseException:
            self.close()
            raise

    def find(self, index: int, picture: np.ndarray, placement: Placement) -> list[FaceNumbers]:
        height, width = picture.shape[:2]
        scale = min(1.0, LONGEST_SIDE / max(width, height))
        if scale < 1:
            picture = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        rgb = np.ascontiguousarray(picture[:, :, ::-1])
        try:
            self._send(f"{rgb.shape[1]} {rgb.shape[0]}\n".encode() + rgb.tobytes())
        except OSError:
            raise self._failed("it has ended") from None
        try:
            faces = [from_mediapipe(points, width, height) for points in self._answer(PICTURE_S)["faces"]]
        except (KeyError, TypeError, ValueError):
            raise self._failed("it answered something else than faces") from None
        return sorted(
            (face for face in faces if face.width > 0 and face.chin > face.bridge), key=lambda face: -face.width
        )

    def close(self) -> None:
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            pipe.close()
        self._log.close()

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._child.stdin.write(view) :]

    def _answer(self, most_s: float) -> dict[str, Any]:
        until = time.monotonic() + most_s
        while b"\n" not in self._rest:
            self._progress.check()
            if time.monotonic() >= until:
                raise self._failed(f"it gave no answer for {most_s:.0f} s")
            if not select.select([self._child.stdout], [], [], LOOK_S)[0]:
                continue
            more = os.read(self._child.stdout.fileno(), 65536)
            self._rest += more
            if not more or len(self._rest) > MOST_ANSWER_BYTES:
                raise self._failed("it has ended" if not more else "its answer is too long")
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self._failed("it answered no JSON")
        return answer

    def _failed(self, why: str) -> PreparationError:
        self._log.seek(0)
        lines = self._log.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
        last = f" Its last words: {lines[-1][:300]}" if lines else ""
        return PreparationError("detector_failed", f"The face detector failed: {why}.{last}")
