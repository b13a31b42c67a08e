"""Writes pack.bin, as src/protocol/pack.ts defines it, in the best JPEG quality with which it is small enough."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from ..jpeg import settled
from ..pack import MAGIC, MAX_PACK_BYTES, VERSION
from ..spec import PICTURES_PER_SECOND
from .order import Progress

# Below 70 skin breaks into blocks, which the drawn mouth on top would show; fewer pictures are better.
QUALITIES = (90, 86, 82, 78, 74, 70)
# For the description, which has a number for each picture.
ROOM_FOR_PICTURES = MAX_PACK_BYTES - 32 * 1024
# Pixels along the rim of a picture that stand for what is behind the head.
RIM = 8


@dataclass(frozen=True)
class Label:
    """What the pack says of itself."""

    id: str
    title: str
    credit: str
    statement: str
    # YYYY-MM-DD
    recorded: str
    swings: bool


def encode_all(pictures: list[np.ndarray], progress: Progress) -> tuple[list[bytes], int]:
    """The JPEGs in the first quality in which they fit, or in the lowest, whether they fit or not."""
    for at, quality in enumerate(QUALITIES):
        jpegs: list[bytes] = []
        total = 0
        for picture in pictures:
            progress.step("pictures", (at + len(jpegs) / len(pictures)) / len(QUALITIES))
            jpegs.append(settled(picture, quality))
            total += len(jpegs[-1])
            if total > ROOM_FOR_PICTURES and quality != QUALITIES[-1]:
                break
        else:
            return jpegs, quality
    raise AssertionError("the lowest quality is always tried to its end")


def fitting(jpegs: list[bytes]) -> int:
    """How many of the first pictures fit."""
    sizes = np.cumsum([len(jpeg) for jpeg in jpegs])
    return int(np.searchsorted(sizes, ROOM_FOR_PICTURES, side="right"))


def pack_bytes(label: Label, jpegs: list[bytes], width: int, height: int, background: str) -> bytes:
    about = {
        "id": label.id,
        "name": label.title,
        "credit": label.credit,
        "fps": PICTURES_PER_SECOND,
        "width": width,
        "height": height,
        "pictures": [len(jpeg) for jpeg in jpegs],
        "background": background,
        **({"swings": True} if label.swings else {}),
        "consent": {"statement": label.statement, "recorded": label.recorded},
    }
    text = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    numbers = VERSION.to_bytes(4, "little") + len(text).to_bytes(4, "little")
    return b"".join([MAGIC, numbers, text, *jpegs])


def background_of(picture: np.ndarray) -> str:
    """The median colour along the top and the sides; at the bottom are the shoulders."""
    sides = picture[: len(picture) // 2]
    rim = np.concatenate([picture[:RIM].reshape(-1, 3), sides[:, :RIM].reshape(-1, 3), sides[:, -RIM:].reshape(-1, 3)])
    blue, green, red = (int(value) for value in np.median(rim, axis=0))
    return f"#{red:02x}{green:02x}{blue:02x}"
