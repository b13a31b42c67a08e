"""From sound to patches with tiny models: batches, alignment, streaming against the whole, and what goes wrong."""

from __future__ import annotations

import hashlib
import math
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

import musetalk_avatar as made  # noqa: E402
from parley_workers.engine import Chunk, Context, EngineLost, SettingsError, WorkerError  # noqa: E402
from parley_workers.musetalk import worker  # noqa: E402
from parley_workers.musetalk.compose import compose  # noqa: E402
from parley_workers.musetalk.device import device_errors  # noqa: E402
from parley_workers.musetalk.drawing import Order, Shot  # noqa: E402
from parley_workers.musetalk.faces import Faces  # noqa: E402
from parley_workers.musetalk.hearing import Hearing  # noqa: E402
from parley_workers.musetalk.measures import Measures  # noqa: E402
from parley_workers.musetalk.mel import columns, levelled  # noqa: E402
from parley_workers.musetalk.models import Models, load_models  # noqa: E402
from parley_workers.musetalk.overlay import overlay  # noqa: E402
from parley_workers.musetalk.painter import Painter  # noqa: E402
from parley_workers.musetalk.strokes import heard, stroke, strokes  # noqa: E402
from parley_workers.musetalk.windows import MODEL_FROM, MODEL_TO, samples_needed, window_columns  # noqa: E402

FRAME = 640
CONTEXT = Context(threading.Event(), lambda level, message, fields: None)


@pytest.fixture(scope="module")
def models(models_folder: Path) -> Models:
    return load_models(models_folder, "cpu", "fp32")


@dataclass
class Studio:
    painter: Painter
    measures: Measures
    faces: Faces

    def face(self, files: tuple[bytes, bytes]):
        name = hashlib.sha256(files[0]).hexdigest()
        told = {"face": name, "faceBytes": len(files[0]), "packBytes": len(files[1])}
        list(self.faces.learn(told, iter([Chunk({}, files[0] + files[1])]), CONTEXT))
        return self.faces.get(name)


@pytest.fixture(scope="module")
def studio(models: Models) -> Studio:
    ready, _ = strokes(models, (1, 4))
    measures = Measures()
    painter = Painter(models, ready, measures)
    return Studio(painter, measures, Faces(models.vae_hash, painter.upload, 2**30))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, models: Models) -> tuple[bytes, bytes]:
    return made.avatar("anna", 6, tmp_path_factory.mktemp("anna"), vae=models.vae_hash)


def speech(pictures: int, seed: int = 0) -> np.ndarray:
    """Noise that swells four times a second, through a filter that moves: something for every band."""
    random = np.random.default_rng(seed)
    t = np.arange(pictures * FRAME) / 16_000
    voice = sum(np.sin(2 * np.pi * f * t + random.uniform(0, 6)) / n for n, f in enumerate((150, 300, 700, 1800), 1))
    swell = 0.1 + np.sin(np.pi * 4 * t) ** 2
    return (4000 * swell * (voice + random.normal(0, 0.3, len(t)))).clip(-32768, 32767).astype("<i2")


def frames(sound: np.ndarray) -> Iterator[Chunk]:
    for at in range(0, len(sound), FRAME):
        yield Chunk({}, sound[at : at + FRAME].tobytes())


def windows(sound: np.ndarray) -> list[np.ndarray]:
    hearing = Hearing()
    for at in range(0, len(sound), FRAME):
        hearing.push(sound[at : at + FRAME])
    hearing.end()
    return [hearing.window(picture) for picture in range(len(sound) // FRAME)]


def order(face, window: np.ndarray, picture: int, motion: float = 1.0, count: int = 1) -> Order:
    shots = tuple(Shot(picture + n, face.picture_at(picture + n), motion) for n in range(count))
    return Order(face, window, shots, lambda shot, jpeg: None, lambda error: None)


# --- one rule, twice --------------------------------------------------------------------------------------------------


def test_what_the_device_lays_over_is_what_the_rule_says(studio: Studio, files: tuple[bytes, bytes]) -> None:
    face = studio.face(files)
    random = np.random.default_rng(3)
    drawn = torch.from_numpy(random.uniform(0, 255, (6, 3, 256, 256)).astype(np.float32))
    drawn = torch.nn.functional.avg_pool2d(drawn, 9, 1, 4)
    on = face.on_device
    motion = torch.tensor([1.0, 0.5, 1.0, 0.25, 0.0, 1.0])
    patches = overlay(drawn, on.masks, on.under, on.boxes, motion).numpy()
    levels = drawn.round().clamp(0, 255).permute(0, 2, 3, 1).to(torch.uint8).numpy()
    for picture, patch in enumerate(patches):
        wanted = compose(
            face.under[picture], levels[picture], face.file.masks[picture], face.spot(picture), float(motion[picture])
        )
        # OpenCV counts thirty-seconds of a pixel.
        difference = np.abs(patch.astype(int) - wanted.astype(int))
        assert difference.max() <= 4 and difference.mean() < 0.3


def test_several_callers_together_get_the_same_pictures_as_each_alone(studio: Studio, files, tmp_path, models) -> None:
    other = studio.face(made.avatar("berta", 3, tmp_path, vae=models.vae_hash))
    face = studio.face(files)
    orders = [
        order(face, windows(speech(12, seed=0))[7], 2),
        order(other, windows(speech(12, seed=1))[5], 1, motion=0.5),
        order(face, windows(speech(12, seed=2))[9], 9, count=2),
    ]
    together = studio.painter.start(orders, 4).patches()
    assert [len(patches) for patches in together] == [1, 1, 2]
    for one, patches in zip(orders, together):
        alone = studio.painter.start([one], 1).patches()[0]
        for here, there in zip(patches, alone):
            assert np.abs(here.astype(int) - there.astype(int)).mean() <= 1


def test_other_sound_is_another_mouth_and_another_face_is_another_picture(studio: Studio, files) -> None:
    face = studio.face(files)
    sound = windows(speech(40))
    pictures = [studio.painter.start([order(face, sound[at], 2)], 1).patches()[0][0] for at in (10, 20, 30)]
    differences = [np.abs(one.astype(int) - other.astype(int)).mean() for one, other in zip(pictures, pictures[1:])]
    assert min(differences) > 0.3
    still = [studio.painter.start([order(face, sound[10], at)], 1).patches()[0][0] for at in (0, 3)]
    assert np.abs(still[0].astype(int) - still[1].astype(int)).mean() > 0.3


# --- sound and picture ------------------------------------------------------------------------------------------------


def test_a_click_moves_the_pictures_that_hear_it_and_no_others(models: Models) -> None:
    """Sound inside a picture's ten tokens changes it most; the window's left context only colours it."""
    at = 40
    sound = np.zeros(80 * FRAME, "<i2")
    sound[at * FRAME : at * FRAME + 64] = 20_000
    states = torch.stack([heard(models.encoder, torch.from_numpy(window)[None])[0] for window in windows(sound)])
    silent = torch.stack([heard(models.encoder, torch.from_numpy(window)[None])[0] for window in windows(sound * 0)])
    tokens = (states - silent).reshape(80, 10, 5, -1)[:, :, 0].norm(dim=-1)
    # The first state is the convolutions' and sees 5 columns: the click lies in the token that begins with the picture.
    loudest = [int(tokens[picture].argmax()) for picture in range(at - 2, at + 3)]
    assert loudest == [8, 6, 4, 2, 0]
    # What else changes is how far down everything is looked at after something so loud: all tokens alike.
    unevenness = tokens.max(dim=1).values - tokens.min(dim=1).values
    assert max(unevenness[at - 4], unevenness[at + 4]) < unevenness[at] / 100


def test_a_click_is_seen_in_the_pictures_that_may_hear_it_and_most_where_it_sounds(studio: Studio, files) -> None:
    """All the way to the patches. The click is the only difference, and too weak to change how loud the rest is."""
    face = studio.face(files)
    at = 40 * FRAME + 100
    hum = (8000 * np.sin(2 * np.pi * 200 / 16_000 * np.arange(60 * FRAME))).astype("<i2")
    clicked = hum.copy()
    clicked[at : at + 32] += 2500
    patches = [
        [
            studio.painter.start([order(face, sound[picture], 0)], 1).patches()[0][0].astype(int)
            for picture in range(34, 47)
        ]
        for sound in (windows(hum), windows(clicked))
    ]
    changes = {picture: np.abs(one - other).mean() for picture, one, other in zip(range(34, 47), *patches)}
    first = next(picture for picture in changes if samples_needed(picture) > at)
    assert next(picture for picture in changes if changes[picture] > 0) == first == 37
    # Those of whose ten tokens one is the click's, and the middle one of them is the picture that it belongs to.
    most = max(changes.values())
    assert [picture for picture in changes if changes[picture] > most / 2] == [38, 39, 40, 41, 42]


def test_streamed_features_drift_little_from_those_of_the_whole(models: Models) -> None:
    """Whisper over the whole recording at once, as it was trained, against windows of 1.44 s. Tiny random layers: what
    the published ones drift by has to be measured with them (docs/musetalk.md)."""
    sound = speech(200)
    padded = np.concatenate([np.zeros(200), sound / 32768, np.zeros(200)]).astype(np.float32)
    whole = columns(padded)[:, : 2 * 400]
    loudest = max(1.2, float(whole.max()))
    offline = models.encoder(torch.from_numpy(levelled(whole, loudest))[None])[0]
    cosines = []
    for picture, window in enumerate(windows(sound)):
        if 40 <= picture < 190:
            streamed = models.encoder(torch.from_numpy(window)[None])[0, MODEL_FROM:MODEL_TO]
            wanted = offline[2 * picture - 4 : 2 * picture + 6]
            cosines.append(torch.cosine_similarity(streamed.flatten(1), wanted.flatten(1)).mean().item())
    assert min(cosines) > 0.9 and sum(cosines) / len(cosines) > 0.95


def test_the_spectrogram_is_whispers_own() -> None:
    extractor = pytest.importorskip("transformers", reason="compared with whisper's own").WhisperFeatureExtractor()
    sound = speech(75) / 32768
    wanted = extractor(sound, sampling_rate=16_000, return_tensors="np").input_features[0]
    padded = np.pad(np.pad(sound, (0, 480_000 - len(sound))), 200, mode="reflect").astype(np.float32)
    whole = columns(padded)[:, :3000]
    assert np.abs(levelled(whole, float(whole.max())) - wanted).max() < 1e-3


def test_windows_are_cut_where_the_model_wants_them() -> None:
    first, end = window_columns(0)
    assert end == 2 * 7 and first == end - 144


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spoilt", [math.nan, -1000.0])
def test_a_picture_of_no_numbers_or_of_no_light_is_drawn_again(models: Models, files, spoilt: float) -> None:
    measures = Measures()
    plain = stroke(models.encoder, models.unet, models.vae)

    def broken(sound: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
        drawn = plain(sound, latents)
        drawn[1] = spoilt
        return drawn

    painter = Painter(models, {4: broken}, measures)
    face = Studio(painter, measures, Faces(models.vae_hash, painter.upload, 2**30)).face(files)
    sound = windows(speech(12))
    orders = [order(face, sound[at], at) for at in range(3)]
    patches = painter.start(orders, 4).patches()
    assert measures.repainted == 1 and measures.spoilt == 0
    for at, one in enumerate(orders):
        alone = Painter(models, {1: plain}, measures).start([one], 1).patches()[0][0]
        assert np.abs(patches[at][0].astype(int) - alone.astype(int)).mean() <= 1


def test_a_picture_that_cannot_be_shown_even_then_is_its_base_picture(models: Models, tmp_path: Path) -> None:
    measures = Measures()
    ready, _ = strokes(models, (1,))
    painter = Painter(models, ready, measures)
    faces = Faces(models.vae_hash, painter.upload, 2**30)
    face = Studio(painter, measures, faces).face(made.avatar("anna", 2, tmp_path, vae=models.vae_hash))
    face.on_device.latents[1] = math.nan
    assert painter.start([order(face, windows(speech(8))[4], 1)], 1).patches() == [[None]]
    assert (measures.repainted, measures.spoilt) == (1, 1)


def test_errors_of_the_device_end_the_process_and_too_little_memory_only_the_batch() -> None:
    with pytest.raises(EngineLost), device_errors():
        raise RuntimeError("CUDA error: an illegal memory access was encountered")
    with pytest.raises(WorkerError, match="no memory left"), device_errors():
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB")
    with pytest.raises(RuntimeError, match="shape"), device_errors():
        raise RuntimeError("shape mismatch")


# --- the engine -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine(models_folder: Path):
    # Whatever this machine is busy with, both are taken on.
    return worker.load({"models": str(models_folder), "device": "cpu", "replies": 4})


def test_the_engine_says_what_it_can_do(engine) -> None:
    assert set(engine.methods) == {"learn", "recall", "animate"}
    assert engine.info["device"] == "CPU" and engine.info["lookAheadMs"] == 120
    assert set(engine.info["batchMs"]) == {"1", "2", "4"} and engine.info["picturesPerSecond"] > 0


def test_replies_at_once_get_what_they_would_get_alone(engine, files) -> None:
    name = hashlib.sha256(files[0]).hexdigest()
    told = {"face": name, "faceBytes": len(files[0]), "packBytes": len(files[1])}
    list(engine.methods["learn"](told, iter([Chunk({}, files[0] + files[1])]), CONTEXT))
    sounds = [speech(20, seed) for seed in range(2)]
    alone = [list(engine.methods["animate"]({"face": name, "base": 3}, frames(sound), CONTEXT)) for sound in sounds]
    together: list[list[Chunk]] = [[], []]

    def talk(which: int) -> None:
        together[which] = list(engine.methods["animate"]({"face": name, "base": 3}, frames(sounds[which]), CONTEXT))

    threads = [threading.Thread(target=talk, args=(which,)) for which in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(alone, together):
        # On a machine that is busy a picture may come too late to be drawn; where it lies does not change.
        assert [chunk.data["base"] for chunk in one] == [chunk.data["base"] for chunk in other]
        assert [chunk.data["index"] for chunk in one] == list(range(20))
    stats = engine.stats()
    assert stats["pictures"] + stats["pictures_lost"] >= 80 and stats["replies"] == 0 and stats["pictures_waiting"] == 0


def test_a_face_that_was_not_sent_is_refused(engine) -> None:
    with pytest.raises(WorkerError) as refused:
        next(engine.methods["animate"]({"face": "ab" * 32}, iter(()), CONTEXT))
    assert refused.value.code == "unknown_face"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "settings.models"),
        ({"models": "/nowhere"}, "/nowhere"),
        ({"models": ".", "device": "tpu"}, "tpu"),
        ({"models": ".", "device": "cpu", "precision": "fp16"}, "fp32, not in fp16"),
        ({"models": ".", "device": "cpu", "precision": "fp8"}, "fp8"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        worker.load(settings)
