"""Reads `pack.bin`, the pictures that callers fetch, as untrusted input. src/protocol/pack.ts is where the format is
defined; prepare/pack_file.py writes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import cv2
import numpy as np

from .jpeg import decode, size_of

MAGIC = b"PARLEYPK"
VERSION = 1
MAX_PACK_BYTES = 8 * 1024 * 1024
MAX_JSON_BYTES = 256 * 1024
MAX_PICTURES = 1500
MAX_SIDE = 2048
PREFIX = len(MAGIC) + 8


class PackError(Exception):
    """The file is no pack that can be used, and why."""


@dataclass(frozen=True)
class Pack:
    id: str
    width: int
    height: int
    swings: bool
    # JPEG files: views of the pack's bytes.
    jpegs: list[memoryview]


def read_pack(data: bytes) -> Pack:
    if len(data) > MAX_PACK_BYTES:
        raise PackError(f"{len(data)} bytes; a pack has at most {MAX_PACK_BYTES}")
    if len(data) < PREFIX or data[: len(MAGIC)] != MAGIC:
        raise PackError("it does not start like a pack")
    version, length = (int.from_bytes(data[at : at + 4], "little") for at in (len(MAGIC), len(MAGIC) + 4))
    if version != VERSION:
        raise PackError(f"version {version}; this program reads {VERSION}")
    if length > MAX_JSON_BYTES or PREFIX + length > len(data):
        raise PackError(f"a description of {length} bytes does not fit")
    about = _described(data[PREFIX : PREFIX + length])
    return Pack(
        about["id"], about["width"], about["height"], about.get("swings", False),
        _cut(memoryview(data)[PREFIX + length :], about["pictures"]),
    )  # fmt: skip


def _described(text: bytes) -> dict:
    try:
        about = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PackError(f"its description is not JSON: {error}") from None
    if not isinstance(about, dict) or not isinstance(about.get("id"), str):
        raise PackError("its description has no id")
    sides = (about.get("width"), about.get("height"))
    if not all(type(side) is int and 16 <= side <= MAX_SIDE and side % 16 == 0 for side in sides):
        raise PackError(f"its pictures are {sides[0]} x {sides[1]}")
    pictures = about.get("pictures")
    good = isinstance(pictures, list) and 1 <= len(pictures) <= MAX_PICTURES
    if not good or not all(type(size) is int and size > 0 for size in pictures):
        raise PackError("its description does not say how long its pictures are")
    if not isinstance(about.get("swings", False), bool):
        raise PackError("its description does not say whether its loop swings")
    return about


def _cut(rest: memoryview, lengths: list[int]) -> list[memoryview]:
    if sum(lengths) != len(rest):
        raise PackError(f"its pictures have {len(rest)} bytes, not {sum(lengths)}")
    jpegs, at = [], 0
    for length in lengths:
        jpegs.append(rest[at : at + length])
        at += length
    return jpegs


def decoded(pack: Pack, index: int) -> np.ndarray:
    """RGB, as a client sees it."""
    is_one = size_of(pack.jpegs[index]) == (pack.width, pack.height)
    pixels = decode(pack.jpegs[index]) if is_one else None
    if pixels is None or pixels.shape != (pack.height, pack.width, 3):
        raise PackError(f"picture {index} is not a JPEG of {pack.width}x{pack.height}")
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
