"""One folder of tiny models for all tests here: pickles as they are published, and what conversion makes of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

REASON = "the tests of the models need torch, diffusers and safetensors"
torch = pytest.importorskip("torch", reason=REASON)
pytest.importorskip("diffusers", reason=REASON)
pytest.importorskip("safetensors", reason=REASON)

import tiny_models  # noqa: E402
from parley_workers.musetalk.convert import convert_folder  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def no_gradients():
    with torch.inference_mode():
        yield


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed by a test; copy it first."""
    folder = tmp_path_factory.mktemp("models")
    tiny_models.make(folder)
    convert_folder(folder, lambda line: None)
    return folder
