"""Models and device: windows of sound and an avatar's latents into the pixels of patches, many at once.

For one size of a batch everything has the same shape, always, so that a GPU can replay it: the sound's encoder, the
picture model and the decoder run as one (strokes.py). What differs from caller to caller, where the face lies and on
whose picture, comes after that and is cheap.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .decoders import Decoder
from .device import device_errors, using
from .drawing import Order, Pending
from .face_file import FaceFile
from .measures import Measures
from .models import Models
from .overlay import overlay
from .spec import LATENT_CHANNELS, MELS
from .strokes import Stroke, stroke
from .windows import WINDOW_COLUMNS

# Faces whose latents are looked at together when an avatar comes: 16 MB each in the decoder's widest layer.
_LEARNT_TOGETHER = 8
# To draw one again takes a copy of all models in 32 bits and keeps everybody waiting. Where half precision runs over
# again and again (a face that is none, weights that do not bear it), the base pictures have to do meanwhile.
_BETWEEN_REPAINTS_S = 5.0
# A face darker than this on average, of 255, is none: half precision has run over.
_BLACK = 4.0


@dataclass(frozen=True)
class DeviceFace:
    latents: Tensor
    masks: Tensor
    under: Tensor
    # Left, top, right, bottom of the box, counted from the patch's corner.
    boxes: Tensor
    # What the decoder wants to know of each picture, if it wants to know anything.
    known: Tensor | None = None


class Painter:
    def __init__(
        self, models: Models, strokes: dict[int, Stroke], measures: Measures, decoder: Decoder | None = None
    ) -> None:
        """`decoder`: the one that the strokes were made with; without it the whole face's."""
        self._models = models
        self._decoder = decoder or Decoder(models.vae)
        self._strokes = strokes
        self._measures = measures
        self._is_cuda = models.device.type == "cuda"
        self._repainted_at = -math.inf

    @device_errors()
    @torch.inference_mode()
    def upload(self, file: FaceFile, under: np.ndarray) -> DeviceFace:
        with using(self._models.device):
            return self._uploaded(file, under)

    def _uploaded(self, file: FaceFile, under: np.ndarray) -> DeviceFace:
        self._decoder.check(file)
        device, dtype = self._models.device, self._models.dtype
        corners = np.concatenate([file.places, file.places], axis=1)
        latents = torch.from_numpy(file.latents).to(device, dtype)
        return DeviceFace(
            latents=latents,
            masks=torch.from_numpy(file.masks).to(device),
            under=torch.from_numpy(under).to(device),
            boxes=torch.from_numpy(file.boxes - corners).to(device, torch.float32),
            known=self._known(latents),
        )

    def _known(self, latents: Tensor) -> Tensor | None:
        if self._decoder.learn is None:
            return None
        found = []
        for faces in latents[:, LATENT_CHANNELS // 2 :].split(_LEARNT_TOGETHER):
            found.append(self._decoder.learn(faces))
            if self._is_cuda:
                # The device takes what it is given in order: a batch that callers wait for comes behind one of these.
                torch.cuda.current_stream().synchronize()
        return torch.cat(found)

    @device_errors()
    @torch.inference_mode()
    def start(self, orders: Sequence[Order], size: int) -> Pending:
        with using(self._models.device):
            inputs = self._inputs(orders, size)
            drawn = self._strokes[size](*inputs)[: len(orders)]
            groups = [_Group(indices, self._laid_over(orders, indices, drawn)) for indices in _alike(orders)]
            good = _can_be_shown(drawn)
            if self._is_cuda:
                return _OnDevice(self, orders, groups, good)
            return _Here(self, orders, groups, good)

    def again(self, orders: Sequence[Order]) -> list[Sequence[np.ndarray | None]]:
        """Those of a batch that came out black or as no numbers at all, exactly; or not at all, if that was done
        lately.
        """
        now = time.monotonic()
        if now - self._repainted_at < _BETWEEN_REPAINTS_S:
            self._measures.spoilt += len(orders)
            return [[None] * len(order.shots) for order in orders]
        found = self.exactly(orders)
        self._repainted_at = time.monotonic()
        self._measures.repainted += len(orders)
        self._measures.spoilt += sum(found_one[0] is None for found_one in found)
        return found

    @device_errors()
    @torch.inference_mode()
    def exactly(self, orders: Sequence[Order]) -> list[Sequence[np.ndarray | None]]:
        """In 32 bits, one after the other. Rarely wanted, so the copies are made when they are."""
        models = self._models
        with using(models.device):
            draw = stroke(*(copy.deepcopy(part).float() for part in (models.encoder, models.unet, models.vae)))
            return [self._drawn_alone(draw, order) for order in orders]

    def _drawn_alone(self, draw: Stroke, order: Order) -> Sequence[np.ndarray | None]:
        windows, latents, *_ = self._inputs([order], 1)
        drawn = draw(windows.float(), latents.float())
        if not bool(_can_be_shown(drawn)[0]):
            return [None] * len(order.shots)
        return list(self._laid_over([order], [0], drawn).cpu().numpy())

    def _inputs(self, orders: Sequence[Order], size: int) -> tuple[Tensor, ...]:
        """Padded by repeating the last one, for nobody."""
        padded = [*orders, *[orders[-1]] * (size - len(orders))]
        # In the device's own precision already: a copy that also has to convert cannot be left to itself.
        windows = torch.empty((size, MELS, WINDOW_COLUMNS), dtype=self._models.dtype, pin_memory=self._is_cuda)
        for row, order in enumerate(padded):
            windows[row] = torch.from_numpy(order.window)
        places = [(order.face.on_device, order.shots[0].picture) for order in padded]
        inputs = [self._onto_device(windows), torch.stack([face.latents[picture] for face, picture in places])]
        if self._decoder.learn is not None:
            inputs.append(torch.stack([face.known[picture] for face, picture in places]))
        return tuple(inputs)

    def _laid_over(self, orders: Sequence[Order], indices: Sequence[int], drawn: Tensor) -> Tensor:
        """All shots of these orders, one after the other, as uint8 [n, height, width, 3]."""
        shots = [(row, orders[row].face.on_device, shot) for row in indices for shot in orders[row].shots]
        rows = torch.tensor([row for row, _, _ in shots], pin_memory=self._is_cuda)
        motion = torch.tensor([shot.motion for _, _, shot in shots], dtype=torch.float32, pin_memory=self._is_cuda)
        return overlay(
            drawn.index_select(0, self._onto_device(rows)),
            torch.stack([face.masks[shot.picture] for _, face, shot in shots]),
            torch.stack([face.under[shot.picture] for _, face, shot in shots]),
            torch.stack([face.boxes[shot.picture] for _, face, shot in shots]),
            self._onto_device(motion),
        )

    def _onto_device(self, pinned: Tensor) -> Tensor:
        """Nobody waits: not for the copy, and not for the batch before, as a copy out of ordinary memory would make
        us.
        """
        return pinned.to(self._models.device, non_blocking=True)


@dataclass(frozen=True)
class _Group:
    """Orders whose patches have the same size, and the pixels of all their shots."""

    indices: list[int]
    pixels: Tensor


def _alike(orders: Sequence[Order]) -> list[list[int]]:
    groups: dict[tuple[int, int], list[int]] = {}
    for index, order in enumerate(orders):
        groups.setdefault(order.face.file.patch, []).append(index)
    return list(groups.values())


def _can_be_shown(drawn: Tensor) -> Tensor:
    """For each picture; NaN is neither above nor below anything."""
    light = drawn.float().mean(dim=(1, 2, 3))
    return torch.isfinite(light) & (light > _BLACK)


class _Here:
    """Drawn on the CPU: it is there already."""

    def __init__(self, painter: Painter, orders: Sequence[Order], groups: list[_Group], good: Tensor) -> None:
        self._painter = painter
        self._orders = orders
        self._groups = [(group.indices, group.pixels) for group in groups]
        self._good = good

    def patches(self) -> list[Sequence[np.ndarray | None]]:
        patches: list[Sequence[np.ndarray | None]] = [()] * len(self._orders)
        for indices, pixels in self._groups:
            rows = iter(pixels.numpy())
            for index in indices:
                patches[index] = [next(rows) for _ in self._orders[index].shots]
        bad = torch.nonzero(~self._good).flatten().tolist()
        if bad:
            for index, found in zip(bad, self._painter.again([self._orders[index] for index in bad])):
                patches[index] = found
        return patches


class _OnDevice:
    """On its way from the GPU: copied into memory that it can write to by itself."""

    def __init__(self, painter: Painter, orders: Sequence[Order], groups: list[_Group], good: Tensor) -> None:
        copied = [_Group(group.indices, _to_host(group.pixels)) for group in groups]
        self._there = _Here(painter, orders, copied, _to_host(good))
        # Blocking: otherwise the waiting thread would keep a core busy with looking.
        self._event = torch.cuda.Event(blocking=True)
        self._event.record()

    @device_errors()
    def patches(self) -> list[Sequence[np.ndarray | None]]:
        self._event.synchronize()
        return self._there.patches()


def _to_host(tensor: Tensor) -> Tensor:
    host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
    return host.copy_(tensor, non_blocking=True)
