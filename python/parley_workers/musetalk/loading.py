"""Modules from files: settings and tensors are read, and whatever does not fit is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from ..engine import SettingsError

Built = TypeVar("Built", bound=nn.Module)


def load_module(build: Callable[[dict[str, Any]], Built], settings_file: Path, tensors_file: Path) -> Built:
    """A module on the CPU in the file's own precision, ready for inference only."""
    settings = read_settings(settings_file)
    try:
        # No memory and no time for random numbers that the file replaces anyway: 3.4 GB and half a minute.
        with torch.device("meta"):
            module = build(settings)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, ZeroDivisionError, RuntimeError) as error:
        raise SettingsError(f"{settings_file} does not describe a model that can be built: {error!r}") from error
    fill(module, read_tensors(tensors_file), tensors_file)
    return module.eval().requires_grad_(False)


def read_settings(file: Path) -> dict[str, Any]:
    """A model's own configuration, without the notes of the library that wrote it."""
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
    if not isinstance(settings, dict):
        raise SettingsError(f"{file} is not a JSON object")
    return {name: value for name, value in settings.items() if not name.startswith("_")}


def read_tensors(file: Path) -> dict[str, Tensor]:
    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise SettingsError(f"{file} cannot be read, it may be cut off: {error}") from error


def fill(module: nn.Module, tensors: dict[str, Tensor], file: Path) -> None:
    """Every tensor of the module from the file, and no other; the first that is wrong is named."""
    expected = module.state_dict()
    for name, tensor in expected.items():
        if name not in tensors:
            raise SettingsError(f"{file} lacks {name}")
        if tensors[name].shape != tensor.shape:
            raise SettingsError(
                f"{file}: {name} has the shape {list(tensors[name].shape)}, its settings want {list(tensor.shape)}"
            )
        if not tensors[name].is_floating_point():
            raise SettingsError(f"{file}: {name} holds {tensors[name].dtype}, no floating-point numbers")
    for name in tensors:
        if name not in expected:
            raise SettingsError(f"{file} has {name}, which is no part of the model")
    module.load_state_dict(tensors, strict=True, assign=True)
