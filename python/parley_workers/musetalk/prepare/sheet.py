"""The preview: pictures of the loop with what was found in them, to be looked at before callers do."""

from __future__ import annotations

import textwrap

import cv2
import numpy as np

from .crop import Box

TILE = 288
COLUMNS, ROWS = 4, 2
LINE = 20
CHARACTERS = 140
INK, PAPER, BOX_COLOUR, PATCH_COLOUR = (40, 40, 40), (250, 250, 250), (60, 60, 230), (230, 160, 40)
# Green, so that skin of every colour differs from it.
MASK_COLOUR = np.array([60, 220, 60], np.float32)
MASK_SHOWS = 0.55


def draw_sheet(
    pictures: list[np.ndarray],
    boxes: list[Box],
    masks: list[np.ndarray],
    places: np.ndarray,
    patch: tuple[int, int],
    lines: list[str],
) -> bytes:
    """PNG. The first row and the last picture as callers see them, the others with box, mask and patch."""
    shown = sorted({round(at) for at in np.linspace(0, len(pictures) - 1, COLUMNS * ROWS // 2)})
    clean = [_tile(pictures[at], f"picture {at}{_turn(at, len(pictures))}") for at in shown]
    marked = [_tile(_marked(pictures[at], boxes[at], masks[at], places[at], patch), "box, mask, patch") for at in shown]
    rows = [np.hstack(_filled(row)) for row in (clean, marked)]
    sheet = np.vstack([*rows, _text(lines, rows[0].shape[1])])
    done, data = cv2.imencode(".png", sheet)
    if not done:
        raise ValueError("the preview cannot be encoded")
    return data.tobytes()


def _turn(at: int, count: int) -> str:
    return ", first" if at == 0 else ", last" if at == count - 1 else ""


def _marked(picture: np.ndarray, box: Box, mask: np.ndarray, place: np.ndarray, patch: tuple[int, int]) -> np.ndarray:
    result = picture.copy()
    share = (
        cv2.resize(mask, (box.width, box.height), interpolation=cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255
    )
    part = result[box.top : box.bottom, box.left : box.right].astype(np.float32)
    mixed = part + (MASK_COLOUR - part) * share * MASK_SHOWS
    result[box.top : box.bottom, box.left : box.right] = np.rint(mixed).astype(np.uint8)
    cv2.rectangle(result, (box.left, box.top), (box.right - 1, box.bottom - 1), BOX_COLOUR, 2)
    x, y = int(place[0]), int(place[1])
    cv2.rectangle(result, (x, y), (x + patch[0] - 1, y + patch[1] - 1), PATCH_COLOUR, 2)
    return result


def _tile(picture: np.ndarray, name: str) -> np.ndarray:
    height, width = picture.shape[:2]
    scale = TILE / max(height, width)
    small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    tile = np.full((TILE + LINE, TILE, 3), PAPER, np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    _write(tile, name, TILE + LINE - 6)
    return tile


def _filled(tiles: list[np.ndarray]) -> list[np.ndarray]:
    blank = np.full_like(tiles[0], PAPER)
    return tiles + [blank] * (COLUMNS - len(tiles))


def _text(lines: list[str], width: int) -> np.ndarray:
    wrapped = [part for line in lines for part in textwrap.wrap(line, CHARACTERS) or [""]]
    paper = np.full((LINE * (len(wrapped) + 1), width, 3), PAPER, np.uint8)
    for at, line in enumerate(wrapped):
        _write(paper, line, LINE * (at + 1))
    return paper


def _write(picture: np.ndarray, text: str, y: int) -> None:
    # OpenCV's letters are those of ASCII; others would all be question marks of two or three.
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(picture, plain, (8, y), cv2.FONT_HERSHEY_SIMPLEX, 0.42, INK, 1, cv2.LINE_AA)
