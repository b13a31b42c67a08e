"""A voice is learnt of recordings, kept, and spoken with."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import said, seconds
from parley_workers.engine import Chunk, Context, Engine, WorkerError
from parley_workers.engines.xtts.files import find_files
from parley_workers.engines.xtts.model import read_speakers
from parley_workers.engines.xtts.voice_file import read_voice

RATE = 24_000


def speech(seconds_: float, level: float = 0.1) -> bytes:
    sound = np.random.default_rng(3).normal(0, level, int(seconds_ * RATE))
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def learnt(engine: Engine, context: Context, *chunks: Chunk) -> Chunk:
    (voice,) = engine.methods["learn"]({"name": "Somebody"}, iter(chunks), context)
    return voice


def test_a_voice_is_learnt_kept_and_spoken_with(folder: Path, engine: Engine, context: Context) -> None:
    sound = speech(4)
    voice = learnt(engine, context, Chunk({}, sound[:50_001]), Chunk({}, sound[50_001:]))
    digest = hashlib.sha256(voice.body).hexdigest()
    assert voice.data == {"voice": f"sha256:{digest}", "seconds": 4.0} and len(voice.body) < 20_000
    with pytest.raises(WorkerError, match="there is no voice"):
        said(engine, context, "A.", voice=f"sha256:{digest}")
    halves = [Chunk({}, voice.body[:1000]), Chunk({}, voice.body[1000:])]
    (kept,) = engine.methods["keep"]({"sha256": digest}, iter(halves), context)
    assert kept.data == {"voice": f"sha256:{digest}"} and kept.body == b""
    own = said(engine, context, "A.", voice=f"sha256:{digest}")
    assert seconds(own) > 1
    assert b"".join(chunk.body for chunk in own) != b"".join(chunk.body for chunk in said(engine, context, "A."))


def test_it_is_learnt_as_the_package_learns_it_from_files(folder: Path, engine: Engine, context: Context) -> None:
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.models import xtts as package

    sounds = [speech(3), speech(2, level=0.05)]
    voice = learnt(engine, context, Chunk({}, sounds[0]), Chunk({"next": True}), Chunk({}, sounds[1]))
    config = XttsConfig()
    config.load_json(str(folder / "config.json"))
    network = package.Xtts(config)
    copy = torch.load(folder / "model.pth", weights_only=False)
    network.tokenizer = package.VoiceBpeTokenizer(vocab_file=str(folder / "vocab.json"))
    network.init_models()
    network.load_state_dict(copy["model"])
    network.hifigan_decoder.eval()
    network.gpt.eval()
    tensors = [torch.from_numpy(np.frombuffer(sound, "<i2").astype(np.float32) / 32768)[None] for sound in sounds]
    package.load_audio = lambda path, rate: tensors[int(path)]
    latent, embedding = network.get_conditioning_latents(
        ["0", "1"], max_ref_length=30, gpt_cond_len=30, gpt_cond_chunk_len=4, load_sr=RATE
    )
    own = read_voice(voice.body, read_speakers(find_files(folder))["Ada Example"])
    assert np.allclose(own.gpt_cond_latent, latent.numpy(), atol=1e-5)
    assert np.allclose(own.speaker_embedding, embedding.numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("chunks", "why"),
    [
        ([], "0.0 s of speech"),
        ([Chunk({}, speech(1))], "1.0 s of speech"),
        ([Chunk({}, bytes(48_000 * 5))], "recording 1 is silent"),
        ([Chunk({}, speech(4)), Chunk({"next": True}, bytes(48_000))], "recording 2 is silent"),
        ([Chunk({}, speech(4)[:-1])], "ends within a sample"),
        ([Chunk({}, bytes(1_000_000))] * 3, "longer than 60 s"),
        ([Chunk({"next": True}, speech(1))] * 9, "more than 8 recordings"),
    ],
)
def test_recordings_of_which_no_voice_can_be_made(
    engine: Engine, context: Context, chunks: list[Chunk], why: str
) -> None:
    with pytest.raises(WorkerError, match=why) as failure:
        learnt(engine, context, *chunks)
    assert failure.value.code == "invalid_value" and not failure.value.retryable


@pytest.mark.parametrize("name", [None, "", "x" * 81, "a\nb", 7])
def test_a_voice_needs_a_name(engine: Engine, context: Context, name: Any) -> None:
    with pytest.raises(WorkerError, match="name"):
        list(engine.methods["learn"]({"name": name}, iter([Chunk({}, speech(4))]), context))
