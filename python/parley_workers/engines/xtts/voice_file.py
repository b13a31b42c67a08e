"""A learnt voice as bytes: a safetensors file that the gateway keeps, and that comes back as untrusted input."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ...engine import WorkerError

VERSION = "1"
ENGINE = "xtts-v2"
# 33,280 numbers are 133 KB; whatever is far beyond that is no voice.
MOST_BYTES = 512 * 1024
LONGEST_NAME = 80
# Those of a voice are below 10; beyond this a model may overflow.
LARGEST = 1e4


@dataclass(frozen=True)
class Voice:
    """How somebody speaks (1 x 32 x 1024), and how he sounds (1 x 512 x 1)."""

    gpt_cond_latent: NDArray[np.float32]
    speaker_embedding: NDArray[np.float32]

    @property
    def tensors(self) -> dict[str, NDArray[np.float32]]:
        return {"gpt_cond_latent": self.gpt_cond_latent, "speaker_embedding": self.speaker_embedding}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_voice(voice: Voice, name: str) -> bytes:
    return save(voice.tensors, {"version": VERSION, "engine": ENGINE, "name": name[:LONGEST_NAME]})


def read_voice(data: bytes, like: Voice) -> Voice:
    """`like`: a voice of the same model."""
    try:
        _check_about(data)
        tensors = load(data)
    except (SafetensorError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise refused(f"it is no voice of {ENGINE}: {str(error)[:200]}") from None
    if set(tensors) != set(like.tensors):
        raise refused(f"it has {', '.join(sorted(tensors))[:200] or 'nothing'}; a voice has {', '.join(like.tensors)}")
    voice = Voice(**tensors)
    check_voice(voice, like)
    return voice


def check_voice(voice: Voice, like: Voice) -> None:
    for name, tensor in voice.tensors.items():
        wanted = like.tensors[name]
        if tensor.dtype != np.float32 or tensor.shape != wanted.shape:
            raise refused(
                f"{name} is {tensor.dtype.name} {list(tensor.shape)}; with this model it is float32 {list(wanted.shape)}"
            )
        # False for what is no number, too.
        if not (np.abs(tensor) <= LARGEST).all():
            raise refused(f"{name} has numbers that no voice has")


def refused(reason: str) -> WorkerError:
    return WorkerError("invalid_value", f"the voice cannot be used: {reason}", retryable=False)


def _check_about(data: bytes) -> None:
    """The metadata is not among what safetensors' own `load` gives; its place in the file is fixed."""
    length = int.from_bytes(data[:8], "little")
    about = json.loads(data[8 : 8 + length])["__metadata__"]
    if about["version"] != VERSION or about["engine"] != ENGINE:
        raise ValueError(f"made for {str(about['engine'])[:40]}, version {str(about['version'])[:40]}")
