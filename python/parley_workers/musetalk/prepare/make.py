"""The preparation from end to end: a film or a photo in, an avatar's folder out; or an error, and nothing."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from safetensors import SafetensorError

from ..face_file import FaceFile, swung, write_face
from ..jpeg import decode
from .crop import Box, face_boxes, model_crop
from .errors import PreparationError, writing_failed
from .face_masks import FaceParser, Masks, face_masks
from .footage import Footage, from_film, from_photo
from .loop import shortened
from .order import Order, Progress, check_order
from .pack_file import Label, background_of, encode_all, fitting, pack_bytes
from .places import patch_places
from .quality import WARNED_FACE
from .sheet import draw_sheet
from .still import is_photo
from .video import FPS


class FaceEncoder(Protocol):
    batch: int
    vae_hash: str

    def encode(self, crops: np.ndarray) -> np.ndarray:
        """RGB uint8 [B, 256, 256, 3] -> float16 [B, 8, 32, 32]."""
        ...


@dataclass(frozen=True)
class _Shown:
    """The pictures as callers will have them."""

    footage: Footage
    jpegs: list[bytes]
    pictures: list[np.ndarray]
    quality: int


def make_avatar(order: Order, encoder: FaceEncoder, parser: FaceParser | None, progress: Progress) -> dict[str, Any]:
    """Raises PreparationError or PreparationCancelled. Gives what was made, for people and programs."""
    check_order(order)
    footage = from_photo(order, progress) if is_photo(order.source) else from_film(order, progress)
    for sentence in footage.score.advice:
        progress.warn(sentence)
    shown = _compressed(order, footage, progress)
    boxes = face_boxes(shown.footage.faces, order.size, order.height, footage.scale)
    masks = face_masks(shown.pictures, shown.footage.faces, boxes, parser, progress)
    latents = _latents(shown.pictures, boxes, encoder, progress)
    progress.step("writing", 0.0)
    try:
        summary = _write(order, shown, boxes, masks, latents, encoder.vae_hash, progress)
    except OSError as error:
        raise writing_failed(error) from error
    progress.say("writing", 1.0)
    return summary


def _compressed(order: Order, footage: Footage, progress: Progress) -> _Shown:
    jpegs, quality = encode_all(footage.pictures, progress)
    fit = fitting(jpegs)
    if fit < len(jpegs):
        footage, jpegs = _fewer(order, footage, jpegs, fit, progress)
    # The model has to see what callers see, with what JPEG made of it.
    return _Shown(footage, jpegs, [decode(jpeg) for jpeg in jpegs], quality)


def _fewer(
    order: Order, footage: Footage, jpegs: list[bytes], fit: int, progress: Progress
) -> tuple[Footage, list[bytes]]:
    loop = None
    if footage.loop is not None and footage.movements is not None:
        loop = shortened(footage.movements, footage.loop, fit)
    if loop is None:
        raise PreparationError(
            "too_big",
            f"{len(jpegs)} pictures of {order.size} x {order.height} do not fit into the 8 MiB of a pack; "
            "choose a smaller --size.",
        )
    progress.warn(f"Only {loop.count / FPS:.1f} s fit into the 8 MiB of a pack; a smaller --size leaves room for more.")
    part = slice(loop.first, loop.end)
    return replace(footage, pictures=footage.pictures[part], faces=footage.faces[part]), jpegs[part]


def _latents(pictures: list[np.ndarray], boxes: list[Box], encoder: FaceEncoder, progress: Progress) -> np.ndarray:
    found = []
    for at in range(0, len(pictures), encoder.batch):
        progress.step("latents", at / len(pictures))
        pairs = zip(pictures[at : at + encoder.batch], boxes[at : at + encoder.batch])
        found.append(encoder.encode(np.stack([model_crop(picture, box) for picture, box in pairs])))
    return np.concatenate(found)


def _write(
    order: Order,
    shown: _Shown,
    boxes: list[Box],
    masks: Masks,
    latents: np.ndarray,
    vae: str,
    progress: Progress,
) -> dict[str, Any]:
    patch, places = patch_places(boxes, masks.each, order.size, order.height)
    label = _label(order, shown.footage.swings)
    pack = pack_bytes(label, shown.jpegs, order.size, order.height, background_of(shown.pictures[0]))
    face = FaceFile(
        id=order.name,
        pack=hashlib.sha256(pack).hexdigest(),
        width=order.size,
        height=order.height,
        patch=patch,
        quality=shown.quality,
        swings=label.swings,
        vae=vae,
        latents=latents,
        boxes=np.array([[box.left, box.top, box.right, box.bottom] for box in boxes], np.int32),
        masks=np.stack(masks.each),
        places=places,
    )
    summary = _summary(order, shown, label, patch, len(pack), masks.made_of, progress)
    sheet = draw_sheet(shown.pictures, boxes, masks.each, places, patch, _lines(summary))
    files = {
        "pack.bin": pack,
        "sheet.png": sheet,
        "source.json": (json.dumps(summary, indent=2, ensure_ascii=False) + "\n").encode(),
    }
    _store(order, files, face, progress)
    return summary


def _store(order: Order, files: dict[str, bytes], face: FaceFile, progress: Progress) -> None:
    order.into.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that moving it there is one step. The dot keeps it from being taken for an avatar.
    making = Path(tempfile.mkdtemp(prefix=f".making-{order.name}-", dir=order.into))
    try:
        for name, data in files.items():
            (making / name).write_bytes(data)
        try:
            write_face(making / "face.safetensors", face)
        except SafetensorError as error:
            # It tells of a full disk in words only.
            full = f"os error {errno.ENOSPC}" in str(error) or f"code: {errno.ENOSPC}" in str(error)
            raise OSError(errno.ENOSPC if full else errno.EIO, str(error), "face.safetensors") from error
        # Both were made for their owner only; the gateway may run as somebody else.
        making.chmod(0o755)
        (making / "face.safetensors").chmod(0o644)
        progress.check()
        _put(order, making)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _put(order: Order, making: Path) -> None:
    if not order.replace:
        _rename_if_free(order, making)
        return
    old = Path(tempfile.mkdtemp(prefix=f".replaced-{order.name}-", dir=order.into))
    try:
        if order.folder.exists():
            order.folder.rename(old / "avatar")
        try:
            _rename_if_free(order, making)
        except PreparationError:
            if (old / "avatar").exists() and not order.folder.exists():
                (old / "avatar").rename(order.folder)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _rename_if_free(order: Order, making: Path) -> None:
    try:
        # Refused by the system where a folder with something in it already is, so two at once cannot mix.
        os.rename(making, order.folder)
    except OSError as error:
        if order.folder.exists():
            why = f"An avatar {order.name} has come into {order.into} meanwhile."
            raise PreparationError("name_taken", why) from error
        raise


def _label(order: Order, swings: bool) -> Label:
    title = order.title.strip() or order.name.replace("-", " ").title()
    statement = order.consent.strip()
    return Label(order.name, title, order.credit.strip() or statement, statement, date.today().isoformat(), swings)


def _summary(
    order: Order,
    shown: _Shown,
    label: Label,
    patch: tuple[int, int],
    pack_size: int,
    made_of: str,
    progress: Progress,
) -> dict[str, Any]:
    footage, count = shown.footage, len(shown.jpegs)
    return {
        "name": order.name,
        "title": label.title,
        "folder": str(order.folder),
        "file": order.source.name,
        "pictures": count,
        "loop_s": (swung(count) if label.swings else count) / FPS,
        "width": order.size,
        "height": order.height,
        "patch": list(patch),
        "quality": shown.quality,
        "pack_bytes": pack_size,
        "score": footage.score.total,
        "parts": footage.score.parts,
        "good_face": WARNED_FACE,
        "detector": footage.detector,
        "mask": made_of,
        **footage.facts,
        "consent": {"statement": label.statement, "recorded": label.recorded},
        "warnings": list(progress.warnings),
    }


def _lines(summary: dict[str, Any]) -> list[str]:
    parts = ", ".join(f"{name} {part}" for name, part in summary["parts"].items())
    lines = [
        f"{summary['title']} ({summary['name']}), from {summary['file']}: score {summary['score']} of 100 ({parts})",
        f"{summary['pictures']} pictures of {summary['width']} x {summary['height']}, loop {summary['loop_s']:.1f} s, "
        f"JPEG quality {summary['quality']}, pack {summary['pack_bytes'] / 1e6:.1f} MB; found by {summary['detector']}",
    ]
    if "movement_at_turns" in summary:
        first, last = summary["movement_at_turns"]
        lines.append(
            f"From {summary['from_s']:.2f} to {summary['to_s']:.2f} s. The loop turns round where things move by "
            f"{first:.2f} and {last:.2f} pixels a picture; on average they move by {summary['movement']:.2f}."
        )
    return [*lines, *(f"Warning: {warning}" for warning in summary["warnings"])]
