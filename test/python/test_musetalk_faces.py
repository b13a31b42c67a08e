"""Filmed avatars as the worker gets them: the face file and the pack, read as untrusted input, and how a patch is laid
over.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

np = pytest.importorskip("numpy", reason="MuseTalk's faces need numpy")
cv2 = pytest.importorskip("cv2", reason="MuseTalk's patches need opencv-python-headless")
pytest.importorskip("safetensors", reason="MuseTalk's faces need safetensors")

import musetalk_avatar as made  # noqa: E402
from parley_workers.engine import Chunk, Context, WorkerError  # noqa: E402
from parley_workers.musetalk.compose import Spot, compose  # noqa: E402
from parley_workers.musetalk.face_file import FaceFile, FaceFileError, read_face, write_face  # noqa: E402
from parley_workers.musetalk.faces import Faces  # noqa: E402
from parley_workers.musetalk.jpeg import encode_rgb  # noqa: E402
from parley_workers.musetalk.pack import PackError, decoded, read_pack  # noqa: E402

CONTEXT = Context(threading.Event(), lambda level, message, fields: None)


@pytest.fixture
def files(tmp_path: Path) -> tuple[bytes, bytes]:
    return made.avatar("anna", 5, tmp_path)


# --- the face file ----------------------------------------------------------------------------------------------------


def test_a_face_file_is_read_as_it_was_written(files: tuple[bytes, bytes]) -> None:
    face, pack = files
    read = read_face(face)
    wrote = made.face_of(pack, "anna", 5)
    for name in ("latents", "boxes", "masks", "places"):
        assert np.array_equal(getattr(read, name), getattr(wrote, name))
    assert (read.id, read.pack, read.patch, read.quality) == ("anna", wrote.pack, (160, 144), 90)


def test_a_loop_that_swings_goes_forwards_and_back_without_stopping() -> None:
    face = made.face_of(b"", "anna", 4, swings=True)
    assert face.loop == 6
    assert [face.picture_at(base) for base in range(8)] == [0, 1, 2, 3, 2, 1, 0, 1]
    assert made.face_of(b"", "anna", 1, swings=True).loop == 1
    plain = made.face_of(b"", "anna", 4)
    assert [plain.picture_at(base) for base in range(6)] == [0, 1, 2, 3, 0, 1]


def altered(face: FaceFile, **changes: object) -> FaceFile:
    return replace(face, **changes)


WRONG: list[tuple[str, Callable[[FaceFile], FaceFile]]] = [
    ("sticks out", lambda face: altered(face, boxes=face.boxes + 200)),
    ("has no size", lambda face: altered(face, boxes=face.boxes[:, [0, 1, 0, 1]])),
    ("sticks out", lambda face: altered(face, places=face.places + 160)),
    ("grid of 16", lambda face: altered(face, places=face.places + 1)),
    ("latents is float32", lambda face: altered(face, latents=face.latents.astype(np.float32))),
    ("latents is float16 \\[4", lambda face: altered(face, latents=face.latents[:4])),
    ("no numbers", lambda face: altered(face, latents=face.latents * np.float16(np.inf))),
    ("multiples of 16", lambda face: altered(face, patch=(120, 96))),
    ("sizes are none", lambda face: altered(face, width=100_000)),
    ("has no size", lambda face: altered(face, boxes=np.array([[2147483000, 0, -2147483600, 100]] * 5, np.int32))),
    ("sticks out", lambda face: altered(face, places=np.array([[2147483632, 0]] * 5, np.int32))),
    ("none that a face has", lambda face: altered(face, latents=face.latents * 0 + np.float16(60_000))),
    ("its id", lambda face: altered(face, id="../anna")),
    ("quality", lambda face: altered(face, quality=0)),
    ("0 pictures", lambda face: altered(face, boxes=face.boxes[:0])),
]


@pytest.mark.parametrize(("named", "change"), WRONG)
def test_what_is_wrong_is_neither_written_nor_read(named: str, change: Callable, tmp_path: Path) -> None:
    with pytest.raises(FaceFileError, match=named):
        write_face(tmp_path / "face.safetensors", change(made.face_of(b"", "anna", 5)))
    assert not (tmp_path / "face.safetensors").exists()


def test_bytes_that_are_no_face_are_refused(files: tuple[bytes, bytes]) -> None:
    face, _ = files
    for bad in (b"", b"\0" * 8, b"\xff" * 100, face[:-100], face[:20], face + b"more", b"PK\x03\x04" + face):
        with pytest.raises(FaceFileError):
            read_face(bad)


def test_every_damaged_header_is_refused_or_read(files: tuple[bytes, bytes]) -> None:
    """Nothing but FaceFileError comes out, whatever is in the file."""
    face, _ = files
    random = np.random.default_rng(0)
    for _ in range(300):
        broken = bytearray(face[:3000] + face[3000:])
        for at in random.integers(0, 1200, 3):
            broken[at] = int(random.integers(0, 256))
        try:
            read_face(bytes(broken))
        except FaceFileError:
            pass


# --- the pack ---------------------------------------------------------------------------------------------------------


def test_a_pack_is_read(files: tuple[bytes, bytes]) -> None:
    pack = read_pack(files[1])
    assert (pack.id, pack.width, pack.height, len(pack.jpegs)) == ("anna", 256, 256, 5)
    shown = decoded(pack, 2).astype(int)
    assert np.abs(shown - made.base_pictures(5, 256, 256)[2]).mean() < 3


def test_bytes_that_are_no_pack_are_refused(files: tuple[bytes, bytes]) -> None:
    _, pack = files
    for bad in (
        b"",
        b"PARLEYPK",
        pack[:-1],
        pack + b"x",
        pack.replace(b"PARLEYPK", b"PARLEYXX"),
        b"PARLEYPK" + b"\xff" * 40,
    ):
        with pytest.raises(PackError):
            read_pack(bad)
    other = read_pack(pack.replace(b'"width": 256', b'"width": 512'))
    with pytest.raises(PackError, match="not a JPEG of 512x256"):
        decoded(other, 0)


def test_a_picture_that_is_no_baseline_jpeg_of_its_size_is_not_even_opened(files: tuple[bytes, bytes]) -> None:
    pack = read_pack(files[1])
    picture = made.base_pictures(1, 256, 256)[0]
    progressive = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    for other in (progressive, cv2.imencode(".png", picture)[1].tobytes(), b"", b"\xff\xd8", b"\xff\xd8\xff\xc0\x00"):
        with pytest.raises(PackError, match="is not a JPEG of 256x256"):
            decoded(replace(pack, jpegs=[memoryview(other)]), 0)


@pytest.mark.parametrize("about", ["[]", "{}", '{"id": "a", "width": 16, "height": 17, "pictures": [1]}', "[" * 5000])
def test_descriptions_that_describe_no_pack_are_refused(about: str) -> None:
    text = about.encode()
    with pytest.raises(PackError):
        read_pack(b"PARLEYPK" + (1).to_bytes(4, "little") + len(text).to_bytes(4, "little") + text)


# --- learning ---------------------------------------------------------------------------------------------------------


def faces(most_bytes: int = 2**30) -> Faces:
    return Faces(made.VAE, lambda file, under: under.shape, most_bytes)


def learn(into: Faces, files: tuple[bytes, bytes], **params: object) -> list[Chunk]:
    face, pack = files
    told = {"face": hashlib.sha256(face).hexdigest(), "faceBytes": len(face), "packBytes": len(pack), **params}
    data = face + pack
    return list(into.learn(told, (Chunk({}, data[at : at + 50_000]) for at in range(0, len(data), 50_000)), CONTEXT))


def test_a_face_is_learnt_once_and_found_by_its_hash(files: tuple[bytes, bytes]) -> None:
    known = faces()
    name = hashlib.sha256(files[0]).hexdigest()
    assert learn(known, files) == [Chunk({"learnt": name})]
    face = known.get(name)
    assert face.on_device == (5, 144, 160, 3)
    assert face.place(7) == (48, 64, 208, 208)
    assert np.array_equal(face.under[3], decoded(read_pack(files[1]), 3)[64:208, 48:208])


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    for name in ("ab" * 32, None, 5, ["a"]):
        with pytest.raises(WorkerError) as refused:
            faces().get(name)
        assert refused.value.code == "unknown_face"


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"face": "00" * 32}, "announced"),
        ({"packBytes": 5}, "more came"),
        ({"packBytes": 5_000_000}, "came of"),
        ({"packBytes": 500_000_000}, "too large"),
        ({"faceBytes": "many"}, "announced by"),
        ({"faceBytes": True}, "announced by"),
    ],
)
def test_a_face_that_is_not_what_was_announced_is_refused(params: dict, named: str, files: tuple[bytes, bytes]) -> None:
    with pytest.raises(WorkerError, match=named) as refused:
        learn(faces(), files, **params)
    assert refused.value.code == "bad_pack" and not refused.value.retryable


def test_a_face_of_another_pack_or_of_other_weights_is_refused(tmp_path: Path, files: tuple[bytes, bytes]) -> None:
    other = made.avatar("berta", 5, tmp_path / "berta")
    with pytest.raises(WorkerError, match="another pack"):
        learn(faces(), (files[0], other[1]))
    with pytest.raises(WorkerError, match="other weights"):
        learn(faces(), made.avatar("carl", 3, tmp_path / "carl", vae="cd" * 32))


def test_the_face_that_nobody_looked_at_for_longest_goes_first(tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match="more memory"):
        learn(faces(most_bytes=1000), made.avatar("large", 2, tmp_path / "large"))
    known = faces(most_bytes=3 * 2 * (144 * 160 * 3 + 128 * 128 + 8 * 32 * 32 * 2))
    names = []
    for index in range(4):
        files = made.avatar(f"a{index}", 2, tmp_path / str(index))
        names.append(hashlib.sha256(files[0]).hexdigest())
        learn(known, files)
        known.get(names[0])
    known.get(names[0])
    with pytest.raises(WorkerError):
        known.get(names[1])


def test_a_face_that_is_recalled_is_one_that_somebody_looks_at(tmp_path: Path) -> None:
    known = faces(most_bytes=2 * 2 * (144 * 160 * 3 + 128 * 128 + 8 * 32 * 32 * 2))
    files = [made.avatar(f"a{index}", 2, tmp_path / str(index)) for index in range(3)]
    names = [hashlib.sha256(face).hexdigest() for face, _ in files]

    def recalled(name: object) -> list[Chunk]:
        return list(known.recall({"face": name}, iter(()), CONTEXT))

    learn(known, files[0])
    learn(known, files[1])
    assert recalled(names[0]) == [Chunk({"known": True})]
    learn(known, files[2])
    assert [recalled(name) for name in (*names, None, ["a"])] == [
        [Chunk({"known": known_one})] for known_one in (True, False, True, False, False)
    ]


# --- laying it over ---------------------------------------------------------------------------------------------------

SPOT = Spot((30, 20, 130, 140), (16, 64, 144, 160))


def plain(level: int, size: tuple[int, int]) -> np.ndarray:
    return np.full((*size, 3), level, np.uint8)


def test_where_the_mask_is_nothing_the_base_picture_stays_as_it_is() -> None:
    base = made.base_pictures(1, 128, 96)[0]
    patch = compose(base, plain(0, (256, 256)), np.zeros((128, 128), np.uint8), SPOT, 1.0)
    assert np.array_equal(patch, base)
    assert np.array_equal(compose(base, plain(0, (256, 256)), made.soft_mask(), SPOT, 0.0), base)


def test_the_face_shows_where_the_mask_is_and_only_inside_its_box() -> None:
    base = plain(100, (96, 128))
    patch = compose(base, plain(200, (256, 256)), np.full((128, 128), 255, np.uint8), SPOT, 1.0)
    assert (patch[: 140 - 64, 30 - 16 : 130 - 16] == 200).all()
    outside = np.ones((96, 128), bool)
    outside[: 140 - 64, 30 - 16 : 130 - 16] = False
    assert (patch[outside] == 100).all()


def test_half_the_motion_is_half_the_way() -> None:
    base = plain(100, (96, 128))
    patch = compose(base, plain(200, (256, 256)), np.full((128, 128), 255, np.uint8), SPOT, 0.5)
    assert (patch[10, 50] == 150).all()


def test_the_face_is_scaled_to_its_box() -> None:
    """A mark in the model's picture lies where it belongs in the base picture, to half a pixel."""
    drawn = plain(0, (256, 256))
    cv2.circle(drawn, (128, 192), 10, (255, 255, 255), -1)
    patch = compose(plain(0, (96, 128)), drawn, np.full((128, 128), 255, np.uint8), SPOT, 1.0)
    y, x = (float(places.mean()) for places in np.nonzero(patch[..., 0] > 128))
    left, top, right, bottom = SPOT.box
    assert abs(x + 16 - (left + (right - left) * 128.5 / 256 - 0.5)) < 0.5
    assert abs(y + 64 - (top + (bottom - top) * 192.5 / 256 - 0.5)) < 0.5


def test_a_patch_joins_its_base_picture_within_4_levels() -> None:
    picture = made.base_pictures(1, 256, 256)[0]
    shown = cv2.cvtColor(cv2.imdecode(np.frombuffer(encode_rgb(picture, 90), np.uint8), 1), cv2.COLOR_BGR2RGB)
    under = shown[64:160, 16:144]
    patch = compose(under, plain(120, (256, 256)), made.soft_mask(), SPOT, 1.0)
    seen = cv2.cvtColor(cv2.imdecode(np.frombuffer(encode_rgb(patch, 90), np.uint8), 1), cv2.COLOR_BGR2RGB)
    rim = np.ones((96, 128), bool)
    rim[1:-1, 1:-1] = False
    assert np.abs(seen.astype(int) - under.astype(int))[rim].max() <= 4


def test_patches_are_baseline_jpegs_with_colour_at_half_the_resolution() -> None:
    data = encode_rgb(made.base_pictures(1, 128, 96)[0], 90)
    at, sampling = 2, None
    while data[at + 1] != 0xDA:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        assert marker not in (0xC1, 0xC2, 0xDD)
        if marker == 0xC0:
            sampling = [data[at + 11 + 3 * part] for part in range(3)]
        at += 2 + length
    assert sampling == [0x22, 0x11, 0x11]


def test_the_description_is_what_node_reads_too(files: tuple[bytes, bytes]) -> None:
    """src/avatars/film.ts looks for exactly this."""
    face, pack = files
    header = json.loads(face[8 : 8 + int.from_bytes(face[:8], "little")])
    about = json.loads(header["__metadata__"]["parley"])
    assert (about["version"], about["id"], about["pack"]) == (1, "anna", hashlib.sha256(pack).hexdigest())
