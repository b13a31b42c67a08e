"""The published pickles, turned into safetensors once. No pickle is opened anywhere else.

A pickle can run code when it is opened; torch's `weights_only` refuses all but tensors, and so does everything here.
"""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from .weights import UNET, VAE, WHISPER

Tensors = dict[str, Tensor]

# The VAE was published before diffusers renamed its attention. diffusers renames on its own `from_pretrained` path
# only, never when a state dict is loaded, as it is here.
OLD_ATTENTION_NAMES = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}


class ConversionError(Exception):
    """A sentence for the person who started it."""


def convert_folder(folder: Path, say: Callable[[str], None]) -> None:
    """Whatever is not converted yet, or is older than its pickle. Missing pickles are passed over."""
    for file, pick in ((WHISPER, encoder_only), (VAE, new_attention_names), (UNET, dict)):
        source, target = folder / file.local, folder / file.converted
        if not source.is_file() or (target.is_file() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        say(f"converting {file.local}")
        write_tensors(pick(read_pickle(source)), target)


def read_pickle(file: Path) -> Tensors:
    """The flat dictionary of tensors that the file must be."""
    try:
        # Old files are no zip archives and cannot be mapped; mapped ones need no 3.4 GB of memory.
        content = torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
    except pickle.UnpicklingError as error:
        raise ConversionError(f"{file} holds something other than tensors and was not opened") from error
    except (RuntimeError, EOFError, ValueError, LookupError, TypeError, AttributeError, OSError) as error:
        raise ConversionError(f"{file} cannot be read, it may be cut off: {error}") from error
    if not isinstance(content, Mapping) or not content:
        raise ConversionError(f"{file} is no dictionary of tensors")
    for name, value in content.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise ConversionError(f"{file} is no flat dictionary of tensors: {name!r} is a {type(value).__name__}")
    return dict(content)


def encoder_only(tensors: Tensors) -> Tensors:
    """Whisper's encoder, by the names that it has in itself; the decoder is four fifths of the file."""
    for prefix in ("model.encoder.", "encoder."):
        picked = {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
        if picked:
            return picked
    raise ConversionError(f"the whisper weights have no encoder; the first of their names is {next(iter(tensors))}")


def new_attention_names(tensors: Tensors) -> Tensors:
    return {_new_name(name): value for name, value in tensors.items()}


def _new_name(name: str) -> str:
    path, _, kind = name.rpartition(".")
    owner, _, last = path.rpartition(".")
    renames = ".attentions." in owner + "." and last in OLD_ATTENTION_NAMES
    return f"{owner}.{OLD_ATTENTION_NAMES[last]}.{kind}" if renames else name


def write_tensors(tensors: Tensors, target: Path) -> None:
    """Under a temporary name first: what has the final name is whole."""
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        save_file(_apart(tensors), unfinished, metadata={"format": "pt"})
        # The library lets only its own user read what it writes; a worker may run as another.
        unfinished.chmod(0o644)
        os.replace(unfinished, target)
    except Exception as error:
        # The safetensors library passes on a full disk as an error of its own, without a number.
        raise ConversionError(f"{target} cannot be written: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _apart(tensors: Tensors) -> Tensors:
    """Contiguous and without shared memory, which safetensors cannot express."""
    seen: set[int] = set()
    apart: Tensors = {}
    for name, tensor in tensors.items():
        whole = tensor.contiguous()
        apart[name] = whole.clone() if whole.data_ptr() in seen else whole
        seen.add(whole.data_ptr())
    return apart
