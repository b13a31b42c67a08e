"""Which device draws, how precisely, and which of its errors it does not come back from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

from ..engine import EngineLost, SettingsError, WorkerError

DEVICES = ("auto", "cuda", "cpu")
# Its own kind of error is younger than the oldest torch that works here.
_LOST = (torch.AcceleratorError,) if hasattr(torch, "AcceleratorError") else ()


def chosen(device: str, precision: str) -> tuple[str, str]:
    """`auto` is a GPU if there is one, and half precision on it: twice as fast, and NaN is caught."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if precision == "auto":
        precision = "fp16" if device.startswith("cuda") else "fp32"
    if precision != "fp32" and not device.startswith("cuda"):
        raise SettingsError(f"a CPU draws in fp32, not in {precision}")
    return device, precision


def named(device: str) -> str:
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else "CPU"


def memory(device: str) -> dict[str, float]:
    if not device.startswith("cuda"):
        return {}
    return {
        "vram_bytes": torch.cuda.memory_allocated(device),
        "vram_reserved_bytes": torch.cuda.memory_reserved(device),
    }


def using(device: torch.device) -> AbstractContextManager[object]:
    """Streams, events and graphs belong to the thread's own device, which is the first GPU until it is told
    otherwise.
    """
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


@contextmanager
def device_errors() -> Iterator[None]:
    """After an error of its own a CUDA context never works again: only a new process helps. Too little memory is
    none.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise WorkerError("engine_failed", f"the GPU has no memory left: {error}") from error
    except RuntimeError as error:
        if isinstance(error, _LOST) or "CUDA" in str(error) or "cuBLAS" in str(error):
            raise EngineLost(f"the GPU failed: {error}") from error
        raise
