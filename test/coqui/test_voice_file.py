"""A learnt voice comes back as untrusted input."""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Callable

import numpy as np
import pytest
from conftest import quiet
from fake_model import a_voice
from parley_workers.engine import Chunk, WorkerError
from parley_workers.engines.xtts.learn import keeping
from parley_workers.engines.xtts.voice_file import ENGINE, MOST_BYTES, VERSION, Voice, read_voice, sha256, write_voice
from parley_workers.engines.xtts.voices import Voices
from safetensors.numpy import save

LIKE = a_voice()
ABOUT = {"version": VERSION, "engine": ENGINE, "name": "x"}


def kept(data: bytes, digest: str | None = None) -> Voices:
    voices = Voices({"Ada": LIKE})
    params = {"sha256": sha256(data) if digest is None else digest}
    list(keeping(voices)(params, iter([Chunk({}, data)]), quiet(threading.Event())))
    return voices


def changed(value: Voice = LIKE, about: dict[str, str] | None = None, **tensors: np.ndarray) -> bytes:
    return save({**value.tensors, **tensors}, ABOUT if about is None else about)


def with_one(number: float) -> np.ndarray:
    tensor = LIKE.gpt_cond_latent.copy()
    tensor[0, 3, 5] = number
    return tensor


def test_a_voice_comes_back_as_it_was() -> None:
    data = write_voice(a_voice(0.25), "Somebody")
    again = read_voice(data, LIKE)
    assert all(np.array_equal(again.tensors[name], tensor) for name, tensor in a_voice(0.25).tensors.items())
    voices = kept(data)
    assert voices.kept == 1 and voices.find("sha256:" + sha256(data)).gpt_cond_latent[0, 0, 0] == 0.25


def test_a_voice_of_the_published_model_has_133_kb() -> None:
    numbers = np.zeros((1, 32, 1024), dtype=np.float32), np.zeros((1, 512, 1), dtype=np.float32)
    assert 133_120 < len(write_voice(Voice(*numbers), "n" * 200)) < 134_000 < MOST_BYTES


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (lambda: b"", "no voice"),
        (lambda: b"\xff" * 100, "no voice"),
        (lambda: changed()[:-1], "no voice"),
        (lambda: changed() + b"x", "no voice"),
        (lambda: b"\x10" + changed()[1:], "no voice"),
        (lambda: pickle.dumps({"gpt_cond_latent": 1}), "no voice"),
        (lambda: (2**63).to_bytes(8, "little") + changed()[8:], "no voice"),
        (lambda: nested(), "no voice"),
        (lambda: save(LIKE.tensors), "no voice"),
        (lambda: changed(about={**ABOUT, "version": "2"}), "version 2"),
        (lambda: changed(about={**ABOUT, "engine": "other"}), "made for other"),
        (lambda: changed(more=np.zeros(1, np.float32)), "a voice has"),
        (lambda: save({"gpt_cond_latent": LIKE.gpt_cond_latent}, ABOUT), "a voice has"),
        (lambda: changed(gpt_cond_latent=np.zeros((1, 31, 64), np.float32)), r"\[1, 31, 64\]"),
        (lambda: changed(speaker_embedding=np.zeros((1, 512), np.float32)), r"\[1, 512\]"),
        (lambda: changed(gpt_cond_latent=np.zeros((1, 32, 64), np.float64)), "float64"),
        (lambda: changed(gpt_cond_latent=with_one(np.nan)), "numbers that no voice has"),
        (lambda: changed(gpt_cond_latent=with_one(np.inf)), "numbers that no voice has"),
        (lambda: changed(gpt_cond_latent=with_one(1e30)), "numbers that no voice has"),
        (lambda: changed(gpt_cond_latent=np.zeros((1, 32, 6400), np.float32)), "more than"),
    ],
)
def test_what_is_no_voice_is_refused(data: Callable[[], bytes], why: str) -> None:
    with pytest.raises(WorkerError, match=why) as failure:
        kept(data())
    assert failure.value.code == "invalid_value" and not failure.value.retryable


@pytest.mark.parametrize("digest", ["0" * 64, "x", "", "A" * 64])
def test_bytes_that_are_not_those_of_the_hash_are_refused(digest: str) -> None:
    with pytest.raises(WorkerError):
        kept(changed(), digest)


def nested() -> bytes:
    header = (b'{"__metadata__":' + b"[" * 50_000 + b"]" * 50_000 + b"}").ljust(100_040)
    return len(header).to_bytes(8, "little") + header + json.dumps({}).encode()
