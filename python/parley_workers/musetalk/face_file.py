"""What the model needs to know of a filmed avatar: `face.safetensors`, beside the pack that callers fetch. Written by
prepare/, and read here as the untrusted input that it is. No torch, no pickle.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from .spec import LATENT_CHANNELS, LATENT_PIXELS

VERSION = 1
MODEL = "musetalk-v15"
# Of 1500 pictures 70 MB: as many as a pack may have.
MAX_PICTURES = 1500
MAX_FILE_BYTES = 96 * 1024 * 1024
# A mask is smooth: at half the model's resolution its steps cannot be seen.
MASK_PIXELS = 128
GRID = 16
MAX_SIDE = 2048
# What lies under all patches, as plain pixels in memory and on the device.
MAX_UNDER_BYTES = 512 * 1024 * 1024
# Those of real faces stay below 10. Half precision runs over at some thousands, in every picture of the face.
MAX_LATENT = 100


class FaceFileError(Exception):
    """The file cannot be used, and why."""


@dataclass(frozen=True)
class FaceFile:
    """All arrays go by the pictures of the pack; one that swings is played forwards and then backwards."""

    id: str
    # SHA-256 of the pack whose pictures these are.
    pack: str
    width: int
    height: int
    # Width and height of every patch.
    patch: tuple[int, int]
    # JPEG quality of the base pictures: patches of another would show.
    quality: int
    swings: bool
    # SHA-256 of the weights that made the latents; others would draw another face.
    vae: str
    # [n, 8, 32, 32] float16: the face without and with its lower half.
    latents: np.ndarray
    # [n, 4] int32: left, top, right, bottom of the crop that the model sees.
    boxes: np.ndarray
    # [n, 128, 128] uint8: how much of the drawn face shows, over the whole box.
    masks: np.ndarray
    # [n, 2] int32: left and top of the patch.
    places: np.ndarray

    @property
    def pictures(self) -> int:
        return len(self.boxes)

    @property
    def loop(self) -> int:
        """Pictures in the idle loop."""
        return swung(self.pictures) if self.swings else self.pictures

    def picture_at(self, base: int) -> int:
        """Which picture lies at this place of the loop."""
        at = base % self.loop
        return at if at < self.pictures else 2 * (self.pictures - 1) - at


def swung(pictures: int) -> int:
    """Neither end is shown twice: that would be a visible stop."""
    return max(1, 2 * (pictures - 1))


def write_face(path: Path, face: FaceFile) -> None:
    """Checks it as if it were read, so that nothing is written that cannot be."""
    _check(face)
    about = {
        "version": VERSION,
        "id": face.id,
        "pack": face.pack,
        "width": face.width,
        "height": face.height,
        "patch": list(face.patch),
        "quality": face.quality,
        "swings": face.swings,
        "model": MODEL,
        "vae": face.vae,
    }
    arrays = {name: np.ascontiguousarray(getattr(face, name)) for name in _ARRAYS}
    save_file(arrays, path, metadata={"parley": json.dumps(about)})


def read_face(data: bytes) -> FaceFile:
    if len(data) > MAX_FILE_BYTES:
        raise FaceFileError(f"{len(data)} bytes; a face has at most {MAX_FILE_BYTES}")
    about = _read_about(data)
    try:
        arrays = load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise FaceFileError(f"it is no safetensors file: {error}") from None
    if set(arrays) != set(_ARRAYS):
        raise FaceFileError(f"it has {', '.join(sorted(arrays)) or 'nothing'}; a face has {', '.join(_ARRAYS)}")
    face = FaceFile(**about, **arrays)
    _check(face)
    return face


_ARRAYS = ("latents", "boxes", "masks", "places")
_FIELDS = {"version", "id", "pack", "width", "height", "patch", "quality", "swings", "model", "vae"}
_HASH = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def _read_about(data: bytes) -> dict[str, Any]:
    """The metadata is not among what safetensors' own `load` gives; its place in the file is fixed."""
    try:
        length = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + length])
        about = json.loads(header["__metadata__"]["parley"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise FaceFileError("it does not describe a face") from None
    if not isinstance(about, dict) or set(about) != _FIELDS:
        raise FaceFileError("its description has other fields than a face's")
    if about["version"] != VERSION or about["model"] != MODEL:
        raise FaceFileError(f"it was made for {about['model']}, version {about['version']}")
    if not isinstance(about["patch"], list):
        raise FaceFileError("its description gives no size for patches")
    kept = {name: about[name] for name in ("id", "pack", "width", "height", "quality", "swings", "vae")}
    return {**kept, "patch": tuple(about["patch"])}


def _check(face: FaceFile) -> None:
    _check_about(face)
    count = len(face.boxes) if face.boxes.ndim > 0 else 0
    if not 1 <= count <= MAX_PICTURES:
        raise FaceFileError(f"{count} pictures; a face has 1 to {MAX_PICTURES}")
    side = LATENT_PIXELS
    _check_array(face.latents, "latents", np.float16, (count, LATENT_CHANNELS, side, side))
    _check_array(face.boxes, "boxes", np.int32, (count, 4))
    _check_array(face.masks, "masks", np.uint8, (count, MASK_PIXELS, MASK_PIXELS))
    _check_array(face.places, "places", np.int32, (count, 2))
    if not (np.abs(face.latents) < MAX_LATENT).all():
        raise FaceFileError("its latents are no numbers, or none that a face has")
    if count * face.patch[0] * face.patch[1] * 3 > MAX_UNDER_BYTES:
        raise FaceFileError(f"{count} patches of {face.patch[0]} x {face.patch[1]} are more than fit into memory")
    # Wider than they are stored, so that a sum cannot wrap around.
    left, top, right, bottom = face.boxes.T.astype(np.int64)
    _each(
        (left >= 0) & (top >= 0) & (right <= face.width) & (bottom <= face.height), "the face of picture", "sticks out"
    )
    _each((right - left >= GRID) & (bottom - top >= GRID), "the face of picture", "has no size")
    x, y = face.places.T.astype(np.int64)
    width, height = face.patch
    _each(
        (x >= 0) & (y >= 0) & (x + width <= face.width) & (y + height <= face.height),
        "the patch of picture",
        "sticks out",
    )
    _each((x % GRID == 0) & (y % GRID == 0), "the patch of picture", f"does not lie on the grid of {GRID}")


def _check_about(face: FaceFile) -> None:
    if not (isinstance(face.id, str) and _ID.fullmatch(face.id)):
        raise FaceFileError("its id is none")
    if not all(isinstance(value, str) and _HASH.fullmatch(value) for value in (face.pack, face.vae)):
        raise FaceFileError("it does not say which pack and which weights it belongs to")
    if not isinstance(face.swings, bool):
        raise FaceFileError("it does not say whether its loop swings")
    if type(face.quality) is not int or not 1 <= face.quality <= 100:
        raise FaceFileError("its JPEG quality is none")
    sizes = (face.width, face.height, *face.patch)
    if len(sizes) != 4 or not all(type(size) is int and GRID <= size <= MAX_SIDE for size in sizes):
        raise FaceFileError("its sizes are none")
    if any(size % GRID for size in sizes):
        raise FaceFileError(f"its sizes are no multiples of {GRID}")


def _check_array(array: np.ndarray, name: str, dtype: type, shape: tuple[int, ...]) -> None:
    if array.dtype != dtype or array.shape != shape:
        wanted = f"{np.dtype(dtype).name} {list(shape)}"
        raise FaceFileError(f"{name} is {array.dtype.name} {list(array.shape)}, not {wanted}")


def _each(good: np.ndarray, what: str, wrong: str) -> None:
    if not good.all():
        raise FaceFileError(f"{what} {int(np.argmin(good))} {wrong}")
