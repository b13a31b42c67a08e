"""Opens a photo that somebody sent: JPEG or PNG, upright as its EXIF says, its size looked at before it is decoded."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np

from .errors import PreparationError
from .video import SMALLEST_SIDE

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
# Telephones take 50 megapixels (8160 x 6144), and one picture at a time is no burden.
LARGEST_PHOTO_SIDE = 9000
LARGEST_PHOTO_BYTES = 64 * 1024 * 1024


def is_photo(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(len(PNG))
    except OSError:
        return False
    return start == PNG or start.startswith(JPEG)


def read_photo(path: Path) -> np.ndarray:
    if path.stat().st_size > LARGEST_PHOTO_BYTES:
        raise PreparationError("too_large", f"{path.name} has more than {LARGEST_PHOTO_BYTES >> 20} MB.")
    data = path.read_bytes()
    size = _png_size(data) if data.startswith(PNG) else _jpeg_size(data)
    if size is None:
        raise PreparationError("not_a_video", f"{path.name} begins like a photo and is none: it has no picture size.")
    if max(size) > LARGEST_PHOTO_SIDE or min(size) < SMALLEST_SIDE:
        raise PreparationError(
            "too_large" if max(size) > LARGEST_PHOTO_SIDE else "face_too_small",
            f"{path.name} is {size[0]} x {size[1]} pixels; {SMALLEST_SIDE} to {LARGEST_PHOTO_SIDE} a side are read.",
        )
    # IMREAD_COLOR turns the picture as its EXIF says; transparency is dropped.
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        picture = None
    if picture is None:
        raise PreparationError("not_a_video", f"{path.name} is a damaged photo: it cannot be decoded.")
    return picture


def _png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 24 or data[12:16] != b"IHDR":
        return None
    return struct.unpack(">II", data[16:24])


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """The first frame header; markers before it say their own length."""
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        if 0xD0 <= marker <= 0xD8 or marker == 0x01:
            at += 2
            continue
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None
