"""Whisper's model on a GPU that fails, while it is loaded and while it hears; models are fakes."""

from __future__ import annotations

import pytest
from parley_workers.engine import EngineLost, SettingsError
from parley_workers.engines.whisper.desk import Desk
from parley_workers.engines.whisper.listen import listening
from parley_workers.engines.whisper.measures import Measures
from parley_workers.engines.whisper.model import Load, Model, started
from parley_workers.engines.whisper.options import read_options
from whisper_fakes import FIXTURE, FakeWhisper, Stream, voice

OUT_OF_MEMORY = RuntimeError("CUDA failed with error out of memory")
NO_LIBRARY = RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")


def on_gpu(*errors: Exception) -> tuple[Model, dict[str, FakeWhisper]]:
    made = {"cuda": FakeWhisper("on the GPU", errors=errors), "cpu": FakeWhisper("on the CPU")}
    return Model("cuda", made.__getitem__), made


def test_a_gpu_without_memory_leaves_the_work_to_the_cpu_for_good_and_says_so() -> None:
    model, made = on_gpu(OUT_OF_MEMORY)
    hear = listening(model, Desk(1), Measures(1))
    first = Stream(hear).say(voice(0.5)).end()
    assert first.rest() == [{"kind": "final", "text": "on the CPU"}]
    assert [level for level, _ in first.logged] == ["warn"] and model.on_cpu
    second = Stream(hear).say(voice(0.5)).end()
    assert second.rest() == [{"kind": "final", "text": "on the CPU"}]
    assert second.logged == [] and len(made["cuda"].asked) == 1


@pytest.mark.parametrize("error", ["CUDA failed with error an illegal memory access", "cuBLAS failed with status 13"])
def test_any_other_fault_of_the_gpu_ends_the_process(error: str) -> None:
    model, _ = on_gpu(RuntimeError(error))
    with pytest.raises(EngineLost, match="the GPU failed"):
        Stream(listening(model, Desk(1), Measures(1))).say(voice(0.5)).end().rest()


def test_a_fault_of_the_cpu_ends_one_stream() -> None:
    whisper = FakeWhisper(errors=(RuntimeError("once"),))
    hear = listening(Model("cpu", lambda _: whisper), Desk(1), Measures(1))
    with pytest.raises(RuntimeError, match="once"):
        Stream(hear).say(voice(0.5)).end().rest()
    assert Stream(hear).say(voice(0.5)).end().rest() == [{"kind": "final", "text": "words"}]


def loaders(*errors: Exception, while_loading: bool) -> Load:
    """A GPU that fails while the model is loaded, or only when it hears; and a CPU that works."""

    def load(device: str) -> FakeWhisper:
        if device == "cpu":
            return FakeWhisper()
        if while_loading:
            raise errors[0]
        return FakeWhisper(errors=errors)

    return load


@pytest.mark.parametrize("while_loading", [True, False])
@pytest.mark.parametrize(
    ("device", "error"),
    [
        ("auto", NO_LIBRARY),
        ("auto", RuntimeError("CUDA failed with error no kernel image is available")),
        ("auto", OUT_OF_MEMORY),
        ("cuda", OUT_OF_MEMORY),
        ("cuda", RuntimeError("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED")),
    ],
)
def test_a_gpu_that_cannot_be_used_leaves_the_work_to_the_cpu_and_that_is_told(
    device: str, error: Exception, while_loading: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    options = read_options({"model": str(FIXTURE), "device": device})
    model = started(options, loaders(error, while_loading=while_loading), has_gpu=True)
    assert model.on_cpu
    told = capsys.readouterr()
    assert told.out == "" and f"hears on the CPU, because the GPU cannot be used: {error}" in told.err


@pytest.mark.parametrize("while_loading", [True, False])
def test_a_gpu_that_was_asked_for_and_lacks_its_libraries_is_refused_with_what_to_do(while_loading: bool) -> None:
    options = read_options({"model": str(FIXTURE), "device": "cuda:1"})
    with pytest.raises(SettingsError) as refused:
        started(options, loaders(NO_LIBRARY, while_loading=while_loading), has_gpu=True)
    needed = "install CUDA 12's cuBLAS and cuDNN 9, or set WHISPER_DEVICE=cpu"
    assert str(refused.value) == f"device cuda:1: {NO_LIBRARY}; {needed}"


def test_a_cpu_without_memory_is_not_the_models_fault() -> None:
    options = read_options({"model": str(FIXTURE), "device": "auto"})
    no_memory = RuntimeError("mkl_malloc: failed to allocate memory")
    with pytest.raises(SettingsError, match="device cpu: mkl_malloc.*a smaller WHISPER_MODEL"):
        started(options, lambda device: FakeWhisper(errors=(no_memory,)), has_gpu=True)


def test_what_is_wrong_with_neither_is_wrong_with_the_model() -> None:
    options = read_options({"model": str(FIXTURE), "device": "cuda"})
    with pytest.raises(SettingsError, match=r"model\.bin cannot be used: File is incomplete; delete it"):
        started(options, loaders(RuntimeError("File is incomplete"), while_loading=True), has_gpu=True)
