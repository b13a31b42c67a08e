"""What speed is measured with, at the worker's start and by the bench: the worker's own parts, and a made-up avatar of a
usual size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch

from .drawing import Order, Shot
from .face_file import MASK_PIXELS, FaceFile
from .faces import Face
from .measures import Measures
from .painter import Painter
from .spec import FACE_PIXELS, MELS
from .start import WarmedUp
from .windows import WINDOW_COLUMNS

SIDE = 512
PICTURES = 8
# A face that fills the middle of its picture, and the part of it that moves: its jaw, on the grid of 16 pixels.
BOX = (116, 96, 396, 406)
PLACE = (128, 208, 384, 400)


@dataclass(frozen=True)
class Studio:
    warm: WarmedUp
    face: Face
    painter: Painter
    measures: Measures

    @property
    def device(self) -> torch.device:
        return self.warm.models.device

    def orders(self, count: int, seed: int = 0, shared: int = 1) -> list[Order]:
        """For nobody: as many mouths of loud noise, each for so many pictures in a row."""
        windows = np.random.default_rng(seed).normal(0.2, 0.4, (count, MELS, WINDOW_COLUMNS)).astype(np.float32)
        return [
            Order(
                self.face,
                window,
                tuple(Shot(at + more, (at + more) % PICTURES, 1.0) for more in range(shared)),
                lambda shot, jpeg: None,
                lambda error: None,
            )
            for at, window in enumerate(windows)
        ]


def open_studio(warm: WarmedUp) -> Studio:
    measures = Measures()
    painter = Painter(warm.models, warm.strokes, measures, warm.decoder)
    file, under = _avatar(warm)
    return Studio(warm, Face(file, under, painter.upload(file, under)), painter, measures)


@torch.inference_mode()
def _avatar(warm: WarmedUp) -> tuple[FaceFile, np.ndarray]:
    pictures = _pictures()
    left, top, right, bottom = BOX
    crop = cv2.resize(pictures[0, top:bottom, left:right], (FACE_PIXELS, FACE_PIXELS))
    # One for all: to encode a face takes longer than to draw one, and a worker does this whenever it starts.
    latents = warm.models.vae.encode_pair(torch.from_numpy(crop[None])).float().cpu().numpy().astype(np.float16)
    left, top, right, bottom = PLACE
    file = FaceFile(
        id="bench", pack="", width=SIDE, height=SIDE, patch=(right - left, bottom - top), quality=90, swings=True,
        vae=warm.models.vae_hash, latents=np.repeat(latents, PICTURES, axis=0),
        boxes=np.tile(np.array(BOX, np.int32), (PICTURES, 1)), masks=np.repeat(_mask()[None], PICTURES, axis=0),
        places=np.tile(np.array([[left, top]], np.int32), (PICTURES, 1)),
    )  # fmt: skip
    return file, np.ascontiguousarray(pictures[:, top:bottom, left:right])


def _pictures() -> np.ndarray:
    """Smooth with some grain, so that a patch takes as many bytes as skin does."""
    random = np.random.default_rng(0)
    coarse = random.integers(60, 200, (PICTURES, 6, 6, 3)).astype(np.float32)
    smooth = np.stack([cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for one in coarse])
    return (smooth + random.normal(0, 3, smooth.shape)).clip(0, 255).astype(np.uint8)


def _mask() -> np.ndarray:
    mask = np.zeros((MASK_PIXELS, MASK_PIXELS), np.uint8)
    cv2.ellipse(mask, (MASK_PIXELS // 2, 90), (44, 24), 0, 0, 360, 255, -1)
    return cv2.GaussianBlur(mask, (13, 13), 0)
