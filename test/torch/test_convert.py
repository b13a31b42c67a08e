"""From the published pickles to safetensors: what is kept, what is renamed, and what is never opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from parley_workers.musetalk import fetch
from parley_workers.musetalk.convert import (
    ConversionError,
    convert_folder,
    encoder_only,
    new_attention_names,
    read_pickle,
    write_tensors,
)
from parley_workers.musetalk.weights import UNET, VAE, WHISPER
from safetensors.torch import load_file


class Trap:
    """What runs when a pickle with it is opened without care."""

    def __init__(self, file: Path) -> None:
        self.command = f"touch {file}"

    def __reduce__(self):
        return os.system, (self.command,)


def test_values_and_precision_are_kept(models_folder: Path) -> None:
    pickled = read_pickle(models_folder / UNET.local)
    converted = load_file(models_folder / UNET.converted)
    assert pickled.keys() == converted.keys()
    assert all(torch.equal(pickled[name], converted[name]) for name in pickled)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_every_precision_is_kept(tmp_path: Path, dtype: torch.dtype) -> None:
    write_tensors({"a": torch.ones(3, dtype=dtype)}, tmp_path / "a.safetensors")
    assert load_file(tmp_path / "a.safetensors")["a"].dtype == dtype
    assert (tmp_path / "a.safetensors").stat().st_mode & 0o444 == 0o444


def test_a_pickle_that_runs_code_is_not_opened(tmp_path: Path) -> None:
    proof = tmp_path / "it-ran"
    for old_format in (False, True):
        file = tmp_path / "trap.pth"
        torch.save({"a": torch.ones(1), "b": Trap(proof)}, file, _use_new_zipfile_serialization=not old_format)
        with pytest.raises(ConversionError, match="trap.pth holds something other than tensors"):
            read_pickle(file)
    assert not proof.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "no dictionary of tensors"),
        ([torch.ones(1)], "no dictionary of tensors"),
        ({"a": {"b": torch.ones(1)}}, "'a' is a dict"),
        ({1: torch.ones(1)}, "1 is a Tensor"),
        ({"a": 1.5}, "'a' is a float"),
    ],
)
def test_only_flat_dictionaries_of_tensors(tmp_path: Path, content: object, said: str) -> None:
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(ConversionError, match=said):
        read_pickle(tmp_path / "a.pth")


@pytest.mark.parametrize("old_format", [False, True])
def test_a_file_that_is_cut_off(tmp_path: Path, old_format: bool) -> None:
    file = tmp_path / "a.pth"
    torch.save({"a": torch.ones(1000)}, file, _use_new_zipfile_serialization=not old_format)
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(ConversionError, match="a.pth"):
        read_pickle(file)


def test_old_files_without_a_zip_archive(tmp_path: Path) -> None:
    torch.save({"a": torch.arange(3.0)}, tmp_path / "a.pth", _use_new_zipfile_serialization=False)
    assert read_pickle(tmp_path / "a.pth")["a"].tolist() == [0, 1, 2]


def test_old_names_of_attention() -> None:
    one = torch.ones(1)
    old = {
        "decoder.mid_block.attentions.0.query.weight": one,
        "decoder.mid_block.attentions.0.key.bias": one,
        "encoder.mid_block.attentions.0.value.weight": one,
        "encoder.mid_block.attentions.0.proj_attn.bias": one,
        "encoder.mid_block.attentions.0.group_norm.weight": one,
        "encoder.conv_in.weight": one,
    }
    assert list(new_attention_names(old)) == [
        "decoder.mid_block.attentions.0.to_q.weight",
        "decoder.mid_block.attentions.0.to_k.bias",
        "encoder.mid_block.attentions.0.to_v.weight",
        "encoder.mid_block.attentions.0.to_out.0.bias",
        "encoder.mid_block.attentions.0.group_norm.weight",
        "encoder.conv_in.weight",
    ]
    assert list(new_attention_names(new_attention_names(old))) == list(new_attention_names(old))


def test_only_the_encoder_of_whisper() -> None:
    one = torch.ones(1)
    assert list(encoder_only({"model.encoder.conv1.bias": one, "model.decoder.a": one, "proj_out.weight": one})) == [
        "conv1.bias"
    ]
    assert list(encoder_only({"encoder.conv1.bias": one, "decoder.encoder.a": one})) == ["conv1.bias"]
    with pytest.raises(ConversionError, match="no encoder.*model.decoder.a"):
        encoder_only({"model.decoder.a": one})


def test_shared_memory_is_written_twice(tmp_path: Path) -> None:
    one = torch.arange(6.0).reshape(2, 3)
    write_tensors({"a": one, "b": one, "c": one.T}, tmp_path / "a.safetensors")
    written = load_file(tmp_path / "a.safetensors")
    assert torch.equal(written["b"], one) and torch.equal(written["c"], one.T)


def test_nothing_half_written_has_the_final_name(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="cannot be written"):
        write_tensors({"a": torch.ones(1)}, tmp_path / "missing" / "a.safetensors")
    (tmp_path / "a.safetensors").mkdir()
    with pytest.raises(ConversionError, match="cannot be written"):
        write_tensors({"a": torch.ones(1)}, tmp_path / "a.safetensors")
    assert not list(tmp_path.glob("*.unfinished"))


def test_only_what_is_new_is_converted(tmp_path: Path) -> None:
    lines: list[str] = []
    for file in (UNET, VAE, WHISPER):
        (tmp_path / file.local).parent.mkdir(parents=True)
    torch.save({"model.encoder.a": torch.ones(1)}, tmp_path / WHISPER.local)
    convert_folder(tmp_path, lines.append)
    assert lines == ["converting whisper/pytorch_model.bin"]
    convert_folder(tmp_path, lines.append)
    assert len(lines) == 1
    later = (tmp_path / WHISPER.converted).stat().st_mtime + 10
    os.utime(tmp_path / WHISPER.local, (later, later))
    convert_folder(tmp_path, lines.append)
    assert len(lines) == 2


def test_the_command_converts_without_a_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "whisper").mkdir()
    torch.save({"encoder.a": torch.ones(1)}, tmp_path / WHISPER.local)
    assert fetch.main(["--convert-only", "--into", str(tmp_path)]) == 0
    assert (tmp_path / WHISPER.converted).is_file()
    torch.save({"encoder.a": 1}, tmp_path / WHISPER.local)
    (tmp_path / WHISPER.converted).unlink()
    assert fetch.main(["--convert-only", "--into", str(tmp_path)]) == 1
    assert "no flat dictionary of tensors" in capsys.readouterr().err
