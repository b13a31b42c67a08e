"""The avatars that this worker can draw. Parley sends each one once in the worker's life; they go by the hash of their
face file, so that the same face is the same name everywhere.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine import Chunk, Context, WorkerError
from .compose import Spot
from .face_file import MAX_FILE_BYTES, FaceFile, FaceFileError, read_face
from .pack import MAX_PACK_BYTES, Pack, PackError, decoded, read_pack


@dataclass(frozen=True)
class Face:
    file: FaceFile
    # [n, height, width, 3] uint8 RGB: what lies under the patch of each picture.
    under: np.ndarray
    # The same on the device, in whatever form the painter likes it.
    on_device: Any

    @property
    def bytes(self) -> int:
        return self.under.nbytes + self.file.masks.nbytes + self.file.latents.nbytes

    @property
    def quality(self) -> int:
        return self.file.quality

    @property
    def loop(self) -> int:
        return self.file.loop

    def picture_at(self, base: int) -> int:
        return self.file.picture_at(base)

    def spot(self, picture: int) -> Spot:
        left, top = (int(value) for value in self.file.places[picture])
        width, height = self.file.patch
        box = tuple(int(value) for value in self.file.boxes[picture])
        return Spot(box, (left, top, left + width, top + height))

    def place(self, base: int) -> tuple[int, int, int, int]:
        return self.spot(self.picture_at(base)).place


class Faces:
    def __init__(self, vae: str, upload: Callable[[FaceFile, np.ndarray], Any], most_bytes: int) -> None:
        """`vae`: the hash of the weights that draw; latents of others are refused. Beyond `most_bytes` the one that
        nobody has looked at for longest goes.
        """
        self._vae = vae
        self._most_bytes = most_bytes
        self._upload = upload
        self._lock = threading.Lock()
        self._faces: OrderedDict[str, Face] = OrderedDict()

    def get(self, name: object) -> Face:
        with self._lock:
            if not isinstance(name, str) or name not in self._faces:
                raise WorkerError("unknown_face", "this worker has not been sent that face", retryable=True)
            self._faces.move_to_end(name)
            return self._faces[name]

    def learn(self, params: dict[str, Any], chunks: Iterable[Chunk], context: Context) -> Iterator[Chunk]:
        """A method: the face file's bytes, then the pack's, in pieces. Says that the face is there."""
        name, face_bytes, pack_bytes = _announced(params)
        data = _gathered(chunks, face_bytes + pack_bytes)
        context.check()
        try:
            face = self._loaded(data[:face_bytes], data[face_bytes:], name)
        except (FaceFileError, PackError) as error:
            raise WorkerError("bad_pack", f"the face cannot be used: {error}", retryable=False) from None
        if face.bytes > self._most_bytes:
            raise WorkerError("bad_pack", "the face needs more memory than this worker has for all", retryable=False)
        with self._lock:
            self._faces[name] = face
            self._faces.move_to_end(name)
            while sum(face.bytes for face in self._faces.values()) > self._most_bytes:
                self._faces.popitem(last=False)
        yield Chunk({"learnt": name})

    def recall(self, params: dict[str, Any], _chunks: Iterable[Chunk], _context: Context) -> Iterator[Chunk]:
        """A method: is the face still here? Whoever asks is about to want it, so that it goes last."""
        name = params.get("face")
        with self._lock:
            known = isinstance(name, str) and name in self._faces
            if known:
                self._faces.move_to_end(name)
        yield Chunk({"known": known})

    def _loaded(self, face_bytes: bytes, pack_bytes: bytes, name: str) -> Face:
        if hashlib.sha256(face_bytes).hexdigest() != name:
            raise FaceFileError("it is not the file that was announced")
        file = read_face(face_bytes)
        if hashlib.sha256(pack_bytes).hexdigest() != file.pack:
            raise FaceFileError("it was made for another pack")
        if file.vae != self._vae:
            raise FaceFileError("it was prepared with other weights than this worker draws with; prepare it again")
        under = _under(file, read_pack(pack_bytes))
        return Face(file, under, self._upload(file, under))


def _announced(params: dict[str, Any]) -> tuple[str, int, int]:
    name, face_bytes, pack_bytes = (params.get(field) for field in ("face", "faceBytes", "packBytes"))
    sizes = (face_bytes, pack_bytes)
    if not isinstance(name, str) or not all(type(size) is int and size > 0 for size in sizes):
        raise WorkerError("bad_pack", "a face is announced by its hash and two lengths", retryable=False)
    if face_bytes > MAX_FILE_BYTES or pack_bytes > MAX_PACK_BYTES:
        raise WorkerError("bad_pack", f"a face of {face_bytes} and {pack_bytes} bytes is too large", retryable=False)
    return name, face_bytes, pack_bytes


def _gathered(chunks: Iterable[Chunk], total: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk.body
        if len(data) > total:
            raise WorkerError("bad_pack", "more came than was announced", retryable=False)
    if len(data) != total:
        raise WorkerError("bad_pack", f"{len(data)} bytes came of {total}", retryable=False)
    return bytes(data)


def _under(file: FaceFile, pack: Pack) -> np.ndarray:
    if (pack.id, pack.width, pack.height, pack.swings) != (file.id, file.width, file.height, file.swings):
        raise FaceFileError("it describes another avatar than the pack does")
    if len(pack.jpegs) != file.pictures:
        raise FaceFileError(f"it has {file.pictures} pictures, the pack {len(pack.jpegs)}")
    width, height = file.patch
    under = np.empty((file.pictures, height, width, 3), np.uint8)
    for index, (left, top) in enumerate(file.places):
        under[index] = decoded(pack, index)[top : top + height, left : left + width]
    return under
