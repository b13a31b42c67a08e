"""A small made-up avatar for tests: coloured pictures that change, a face box that moves, random latents."""

from __future__ import annotations

import hashlib
import json

import cv2
import numpy as np
from parley_workers.musetalk.face_file import MASK_PIXELS, FaceFile, write_face
from parley_workers.musetalk.jpeg import settled
from parley_workers.musetalk.pack import MAGIC, VERSION

QUALITY = 90
VAE = "ab" * 32


def base_pictures(count: int, width: int, height: int, seed: int = 0) -> list[np.ndarray]:
    """RGB, smooth: JPEG keeps them nearly as they are."""
    random = np.random.default_rng(seed)
    coarse = random.integers(60, 200, (count + 1, 4, 4, 3)).astype(np.float32)
    mixed = [0.9 * coarse[0] + 0.1 * coarse[n + 1] for n in range(count)]
    return [
        cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)
        for picture in mixed
    ]


def pack_bytes(name: str, pictures: list[np.ndarray], swings: bool = False) -> bytes:
    jpegs = [settled(picture[..., ::-1].copy(), QUALITY) for picture in pictures]
    height, width = pictures[0].shape[:2]
    about = {
        "id": name, "name": name.title(), "credit": "", "fps": 25, "width": width, "height": height,
        "pictures": [len(jpeg) for jpeg in jpegs], "background": "#808080",
        **({"swings": True} if swings else {}),
    }  # fmt: skip
    text = json.dumps(about).encode()
    return MAGIC + VERSION.to_bytes(4, "little") + len(text).to_bytes(4, "little") + text + b"".join(jpegs)


def soft_mask() -> np.ndarray:
    """The lower middle of the box, feathered."""
    mask = np.zeros((MASK_PIXELS, MASK_PIXELS), np.uint8)
    cv2.ellipse(mask, (64, 88), (40, 26), 0, 0, 360, 255, -1)
    return cv2.GaussianBlur(mask, (13, 13), 0)


def face_of(
    pack: bytes,
    name: str,
    count: int,
    size: tuple[int, int] = (256, 256),
    swings: bool = False,
    vae: str = VAE,
    latents: np.ndarray | None = None,
) -> FaceFile:
    width, height = size
    random = np.random.default_rng(1)
    moved = [n % 5 for n in range(count)]
    boxes = np.array([[60 + n, 36 + n, 60 + n + 130, 36 + n + 140] for n in moved], np.int32)
    if latents is None:
        latents = random.normal(0, 0.8, (count, 8, 32, 32)).astype(np.float16)
    return FaceFile(
        id=name,
        pack=hashlib.sha256(pack).hexdigest(),
        width=width,
        height=height,
        patch=(160, 144),
        quality=QUALITY,
        swings=swings,
        vae=vae,
        latents=latents,
        boxes=boxes,
        masks=np.repeat(soft_mask()[None], count, axis=0),
        places=np.tile(np.array([[48, 64]], np.int32), (count, 1)),
    )


def avatar(name: str, count: int, folder, **options) -> tuple[bytes, bytes]:
    """The bytes of the face file and of the pack, by way of the folder."""
    pack = pack_bytes(name, base_pictures(count, 256, 256), options.get("swings", False))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.bin").write_bytes(pack)
    write_face(folder / "face.safetensors", face_of(pack, name, count, **options))
    return (folder / "face.safetensors").read_bytes(), pack
