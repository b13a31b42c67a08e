"""Base pictures and patches as JPEG files. Both are encoded alike, so that squares of one can lie in the other. BGR, as
OpenCV has pictures.
"""

from __future__ import annotations

import cv2
import numpy as np

# Where the frame of a JPEG has begun by far; ours do after 600 bytes.
MOST_HEADER = 64 * 1024
# Progressive ones and stranger: C4, C8 and CC are no frames.
OTHER_FRAMES = frozenset(range(0xC1, 0xD0)) - {0xC4, 0xC8, 0xCC}
# What another round still changes after these cannot be seen: on a sharp photo 0.1 levels on average, after one 0.3.
_ROUNDS = 3


def encode(picture: np.ndarray, quality: int) -> bytes:
    """Baseline, colour at half the resolution, the usual Huffman tables, no restart markers."""
    flags = (
        (cv2.IMWRITE_JPEG_QUALITY, quality),
        (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420),
        (cv2.IMWRITE_JPEG_OPTIMIZE, 0),
        (cv2.IMWRITE_JPEG_PROGRESSIVE, 0),
        (cv2.IMWRITE_JPEG_RST_INTERVAL, 0),
    )
    done, data = cv2.imencode(".jpg", picture, [int(value) for flag in flags for value in flag])
    if not done:
        raise ValueError(f"a picture of {picture.shape} cannot be encoded")
    return data.tobytes()


def encode_rgb(picture: np.ndarray, quality: int) -> bytes:
    return encode(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), quality)


def decode(jpeg: bytes | memoryview) -> np.ndarray | None:
    """As a client will see it; None: it is no picture."""
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def size_of(jpeg: bytes | memoryview) -> tuple[int, int] | None:
    """Width and height of a baseline JPEG, read before anything is allocated for it; None: it is none."""
    data = bytes(jpeg[:MOST_HEADER])
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xC0:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        if marker in OTHER_FRAMES:
            return None
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def settled(picture: np.ndarray, quality: int) -> bytes:
    """A base picture that another decoding and encoding leaves as it is. A patch is cut from what was decoded and
    encoded once more; where nothing was drawn on it, nothing must change.
    """
    jpeg = encode(picture, quality)
    for _ in range(_ROUNDS - 1):
        jpeg = encode(decode(jpeg), quality)
    return jpeg
