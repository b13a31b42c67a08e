"""A model that finds no room on its GPU goes on on the CPU, once; after other faults of a GPU the worker starts afresh."""

from __future__ import annotations

import weakref

import pytest
from parley_workers.engine import EngineLost
from parley_workers.speech.device import Movable


class OutOfMemoryError(RuntimeError):
    pass


def loader(loads: list[str], full: str | None = None):
    def load(device: str) -> str:
        loads.append(device)
        if device == full:
            raise RuntimeError(f"{device}: out of memory")
        return f"model on {device}"

    return load


def test_no_room_while_it_loads() -> None:
    loads: list[str] = []
    told: list[str] = []
    movable = Movable(loader(loads, full="cuda"), "cuda", told.append)
    assert loads == ["cuda", "cpu"] and movable.device == "cpu" and movable.moved
    assert "cuda has no room" in told[0] and "CPU" in told[0]
    assert movable.do(lambda model: model) == "model on cpu"


def test_no_room_while_it_works_the_work_is_done_all_the_same() -> None:
    loads: list[str] = []
    told: list[str] = []
    movable = Movable(loader(loads), "cuda:1", told.append)

    def work(model: str) -> str:
        if "cuda" in model:
            raise OutOfMemoryError("tried to allocate 2 GB")
        return model

    assert movable.do(work) == "model on cpu" and movable.do(work) == "model on cpu"
    assert loads == ["cuda:1", "cpu"] and len(told) == 1 and movable.moved


def test_no_room_on_the_cpu_is_an_error_like_others() -> None:
    movable = Movable(loader([]), "cpu", lambda message: None)

    def work(model: str) -> str:
        raise OutOfMemoryError("even here")

    with pytest.raises(OutOfMemoryError):
        movable.do(work)
    assert not movable.moved


@pytest.mark.parametrize(
    "message",
    [
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "CUDA failed with error out of memory",
        "BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 9437184",
    ],
)
def test_every_library_has_its_own_words_for_no_room(message: str) -> None:
    movable = Movable(loader([]), "cuda", lambda told: None)

    def work(model: str) -> str:
        if "cuda" in model:
            raise RuntimeError(message)
        return model

    assert movable.do(work) == "model on cpu"


def test_the_gpu_is_given_back_before_the_cpu_is_loaded() -> None:
    class Weights:
        pass

    held: list[weakref.ref[Weights]] = []
    gone: list[bool] = []

    def load(device: str) -> Weights:
        if device == "cpu":
            gone.append(held[0]() is None)
        weights = Weights()
        held.append(weakref.ref(weights))
        return weights

    movable = Movable(load, "cuda", lambda told: None)

    def work(model: Weights) -> bool:
        if len(held) == 1:
            raise OutOfMemoryError("tried to allocate 2 GB")
        return True

    assert movable.do(work) and gone == [True]


def test_no_room_anywhere_is_the_end_of_the_process() -> None:
    def load(device: str) -> str:
        if device == "cpu":
            raise MemoryError("none here either")
        return "model on cuda"

    movable = Movable(load, "cuda", lambda told: None)

    def work(model: str) -> str:
        raise OutOfMemoryError("tried to allocate 2 GB")

    with pytest.raises(EngineLost, match="neither cuda nor the CPU has room"):
        movable.do(work)


@pytest.mark.parametrize(
    "message",
    ["CUDA error: an illegal memory access", "device-side assert triggered", "cuBLAS failed with status 14"],
)
def test_a_gpu_that_failed_is_lost(message: str) -> None:
    movable = Movable(loader([]), "cuda", lambda told: None)

    def work(model: str) -> str:
        raise RuntimeError(message)

    with pytest.raises(EngineLost, match="cuda"):
        movable.do(work)
