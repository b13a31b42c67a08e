"""How well a source serves: what is refused, what is warned of, and a score from 0 to 100 whose parts say why."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..spec import FACE_PIXELS
from .errors import PreparationError
from .landmarks import FaceNumbers

# The model draws 256 pixels: a smaller face is blown up. Below 96 nothing of a mouth is left to go by.
WARNED_FACE, REFUSED_FACE = FACE_PIXELS, 96
# Mean grey of the face. Refused only where hardly anything is seen: dark skin in fair light has to pass.
REFUSED_DARK, DARK, BRIGHT, REFUSED_BRIGHT = 28.0, 60.0, 200.0, 245.0
# Degrees. The reference was trained on faces that look at the camera.
GOOD_YAW, WARNED_YAW, REFUSED_YAW = 8.0, 20.0, 40.0
# Variance of the Laplacian of the face at 256 pixels. A portrait whose face is 90 pixels wide has 16, enlarged before
# 24, and blurred by a Gaussian of 2 pixels 6; pictures with every pixel sharp have above 60.
BLURRED, SHARP = 8.0, 60.0
# Movement between two pictures in shares of the picture's width: half a pixel of 512 is as still as people sit.
STILL, RESTLESS = 0.001, 0.008
# A second face this large against the first is a second person, a smaller one is in the background.
SECOND_FACE = 0.4
WEIGHTS = {"size": 0.25, "sharpness": 0.25, "light": 0.2, "pose": 0.2, "stillness": 0.1}


@dataclass(frozen=True)
class Looks:
    """Of the face in one picture."""

    # Width of the face in pixels of the source.
    size: float
    sharpness: float
    light: float
    yaw: float | None


@dataclass(frozen=True)
class Score:
    total: int
    # Each from 0 to 100; pose is missing where nothing told it.
    parts: dict[str, int]
    advice: tuple[str, ...]


def looks_of(picture: np.ndarray, face: FaceNumbers, source_size: float) -> Looks:
    """`source_size` is the face's width in the source, which may be larger than this picture."""
    height, width = picture.shape[:2]
    left, right = (int(np.clip(round(value), 0, width)) for value in (face.left, face.right))
    top, bottom = (int(np.clip(round(v), 0, height)) for v in (2 * face.bridge - face.chin, face.chin))
    if right - left < 8 or bottom - top < 8:
        return Looks(source_size, 0.0, 0.0, face.yaw)
    grey = cv2.cvtColor(picture[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    scale = FACE_PIXELS / (right - left)
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return Looks(source_size, float(cv2.Laplacian(grey, cv2.CV_32F).var()), float(grey.mean()), face.yaw)


def the_face(faces: list[FaceNumbers], picture: np.ndarray, where: str) -> FaceNumbers:
    """The one face of a picture, or the reason why there is none to be used."""
    if not faces:
        raise PreparationError("no_face", f"No face was found in {where}.")
    if len(faces) > 1 and faces[1].width >= SECOND_FACE * faces[0].width:
        raise PreparationError("two_faces", f"Two faces are in {where}; an avatar shows one person.")
    height, width = picture.shape[:2]
    face = faces[0]
    # A tenth of the face may be cut off: what detectors guess beyond the rim is no more exact than that.
    slack = 0.1 * face.width
    if face.left < -slack or face.right > width + slack or face.chin > height + slack or face.bridge < 0:
        raise PreparationError("head_cut_off", f"The face is cut off by the rim in {where}.")
    return face


def refuse(looks: Looks, where: str) -> None:
    if looks.size < REFUSED_FACE:
        raise PreparationError(
            "face_too_small",
            f"The face is {looks.size:.0f} pixels wide in {where}; "
            f"at least {REFUSED_FACE} are needed, {WARNED_FACE} are good.",
        )
    if looks.light < REFUSED_DARK:
        raise PreparationError("too_dark", f"The face is too dark in {where} (grey level {looks.light:.0f} of 255).")
    if looks.yaw is not None and abs(looks.yaw) > REFUSED_YAW:
        raise PreparationError(
            "profile_view",
            f"The face is turned {abs(looks.yaw):.0f} degrees to the side in {where}: look at the camera.",
        )


def score_of(many: list[Looks], movement: float | None) -> Score:
    """`movement` as in Change, averaged; None for a photo."""
    size = float(np.median([one.size for one in many]))
    sharpness = float(np.median([one.sharpness for one in many]))
    light = float(np.median([one.light for one in many]))
    yaws = [abs(one.yaw) for one in many if one.yaw is not None]
    parts = {
        "size": _between(size, REFUSED_FACE / 2, 1.25 * WARNED_FACE),
        "sharpness": _between(np.sqrt(sharpness), np.sqrt(BLURRED) / 2, np.sqrt(SHARP)),
        "light": min(_between(light, REFUSED_DARK, DARK), _between(light, REFUSED_BRIGHT, BRIGHT)),
    }
    if yaws:
        parts["pose"] = _between(max(yaws), REFUSED_YAW, GOOD_YAW)
    if movement is not None:
        parts["stillness"] = _between(movement, RESTLESS, STILL)
    weight = sum(WEIGHTS[name] for name in parts)
    total = sum(WEIGHTS[name] * part for name, part in parts.items()) / weight
    whole = {name: round(100 * part) for name, part in parts.items()}
    advice = _advice(size, sharpness, light, max(yaws, default=0.0), movement)
    return Score(round(100 * total), whole, tuple(advice))


def _advice(size: float, sharpness: float, light: float, yaw: float, movement: float | None) -> list[str]:
    advice = []
    if size < WARNED_FACE:
        advice.append(
            f"The face is {size:.0f} pixels wide and the model draws {WARNED_FACE}: "
            "come closer, or film at a higher resolution."
        )
    if sharpness < BLURRED:
        advice.append("The face is out of focus or strongly compressed.")
    if light < DARK:
        advice.append("The face is dark: more light from the front.")
    if light > BRIGHT:
        advice.append("The face is overexposed: less light, or a shorter exposure.")
    if yaw > WARNED_YAW:
        advice.append(f"The head turns up to {yaw:.0f} degrees to the side: look at the camera.")
    if movement is not None and movement > (STILL + RESTLESS) / 2:
        advice.append("The head or the camera moves much: sit still, and put the camera on a stand.")
    return advice


def _between(value: float, worst: float, best: float) -> float:
    """0 at the worst, 1 at the best, whichever of them is larger."""
    return float(np.clip((value - worst) / (best - worst), 0.0, 1.0))
