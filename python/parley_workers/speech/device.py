"""Where a model runs, and what happens when a GPU has no room for it: it runs on the CPU from then on, and says so."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from ..engine import EngineLost, SettingsError

Model = TypeVar("Model")
Outcome = TypeVar("Outcome")
Tell = Callable[[str], None]

# Of torch, CTranslate2 and ONNX Runtime, in small letters.
NO_ROOM = ("out of memory", "alloc_failed", "failed to allocate memory")
OF_THE_GPU = ("cuda error", "cuda failure", "cuda failed", "cudnn", "cublas", "device-side assert")


class Movable(Generic[Model]):
    """A model that can be loaded again on the CPU. Its caller sees to it that one thread at a time works with it."""

    def __init__(self, load: Callable[[str], Model], device: str, tell: Tell) -> None:
        self._load = load
        self._tell = tell
        self._moving = threading.Lock()
        self.device = device
        # For want of room on its GPU.
        self.moved = False
        self.model: Model
        if (why := self._attempt()) is not None:
            self._move(why)

    def do(self, work: Callable[[Model], Outcome]) -> Outcome:
        """Once more on the CPU if the GPU had no room. After any other fault of a GPU nothing works on it any more."""
        try:
            return work(self.model)
        except Exception as error:
            if is_lost(error):
                raise EngineLost(f"{self.device}: {error}") from error
            if not self._may_move(error):
                raise
            why = first_line(error)
        # Behind the `except`: an error that is being handled holds on to the model, and with it to the GPU's memory.
        self._move(why)
        return work(self.model)

    def _attempt(self) -> str | None:
        """Why it cannot be loaded where it was to be, if that is for want of room."""
        try:
            self.model = self._load(self.device)
            return None
        except Exception as error:
            if not self._may_move(error):
                raise
            return first_line(error)

    def _may_move(self, error: Exception) -> bool:
        return self.device != "cpu" and has_no_room(error)

    def _move(self, why: str) -> None:
        with self._moving:
            if self.moved:
                return
            self._tell(f"{self.device} has no room ({why}); going on with the CPU")
            self.__dict__.pop("model", None)
            give_back()
            try:
                self.model = self._load("cpu")
            except Exception as error:
                # Nothing is left to work with.
                raise EngineLost(f"neither {self.device} nor the CPU has room: {first_line(error)}") from error
            self.device, self.moved = "cpu", True


def give_back() -> None:
    """What a model held of a GPU, for others on the same card."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def has_no_room(error: BaseException) -> bool:
    """torch has a class for it, others a sentence."""
    text = str(error).lower()
    return type(error).__name__ == "OutOfMemoryError" or any(words in text for words in NO_ROOM)


def is_lost(error: BaseException) -> bool:
    """A CUDA context does not recover from a fault of a kernel."""
    text = str(error).lower()
    return not has_no_room(error) and any(words in text for words in OF_THE_GPU)


def torch_device(wanted: str) -> str:
    """`auto` is the GPU if there is one that torch can use."""
    import torch

    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise SettingsError(f"device {wanted}: torch sees no CUDA here; set it to cpu, or to auto")
    if wanted == "mps" and not torch.backends.mps.is_available():
        raise SettingsError("device mps: torch sees no Metal here; set it to cpu, or to auto")
    return wanted


def first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:300]
