"""Which of mediapipe's 478 points of a face are ours. Each is x and y as shares of the picture, and a depth."""

from __future__ import annotations

import math

import numpy as np

from .landmarks import Eye, FaceNumbers, Points

COUNTS = (468, 478)
# From the ear on the picture's left by the chin (152) to the other.
JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454)
EAR_LEFT, EAR_RIGHT = JAW[0], JAW[-1]
# The outer edge of the lips.
MOUTH = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
# Bridge, both wings, both nostrils and where the nose meets the lip; the hull of them is taken.
NOSE = (6, 48, 64, 129, 98, 97, 2, 326, 327, 358, 294, 278, 4)
UPPER_LIDS = ((33, 246, 161, 160, 159, 158, 157, 173, 133), (362, 398, 384, 385, 386, 387, 388, 466, 263))
LOWER_LIDS = ((33, 7, 163, 144, 145, 153, 154, 155, 133), (362, 382, 381, 380, 374, 373, 390, 249, 263))
# The 68 points, counted from 0, have four down the bridge of the nose, 27 between the eyes to 30 at the tip, about
# evenly spaced; the crop hangs on the third, 29, two thirds of the way. Mediapipe's 168 and 4 are those two ends, and
# the place is taken between them: of the points there (6, 197, 195, 5) 195 lies a little above it, 5 below.
BETWEEN_EYES, TIP, BRIDGE_SHARE = 168, 4, 2 / 3


def from_mediapipe(points: list[list[float]], width: int, height: int) -> FaceNumbers:
    found = np.asarray(points, np.float32)
    if found.ndim != 2 or len(found) not in COUNTS or found.shape[1] != 3 or not np.isfinite(found).all():
        raise ValueError(f"{found.shape} is no face of mediapipe")
    flat = found[:, :2] * np.array([width, height], np.float32)

    def of(indexes: tuple[int, ...]) -> Points:
        return flat[list(indexes)]

    jaw = of(JAW)
    bridge = flat[BETWEEN_EYES, 1] + BRIDGE_SHARE * (flat[TIP, 1] - flat[BETWEEN_EYES, 1])
    ears = found[EAR_RIGHT] - found[EAR_LEFT]
    return FaceNumbers(
        # Turned to the side, the nose can stand out beyond the cheek.
        left=float(min(jaw[:, 0].min(), of(NOSE)[:, 0].min())),
        right=float(max(jaw[:, 0].max(), of(NOSE)[:, 0].max())),
        chin=float(jaw[:, 1].max()),
        bridge=float(bridge),
        contour=jaw,
        nose=of(NOSE),
        mouth=of(MOUTH),
        eyes=tuple(Eye(of(upper), of(lower)) for upper, lower in zip(UPPER_LIDS, LOWER_LIDS)),
        # Depth is in the same unit as x.
        yaw=math.degrees(math.atan2(float(ears[2]), float(ears[0]))),
    )
