"""The models against the libraries that they were published for, on random weights in the published layout."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_models
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from parley_workers.engine import SettingsError
from parley_workers.musetalk.loading import read_settings
from parley_workers.musetalk.lower_half import reach
from parley_workers.musetalk.models import Models, file_hash, load_models
from parley_workers.musetalk.unet import positional_code
from parley_workers.musetalk.vae import Vae
from parley_workers.musetalk.weights import UNET, UNET_SETTINGS, VAE, VAE_SETTINGS, WHISPER, WHISPER_SETTINGS
from safetensors.torch import load_file, save_file
from torch import Tensor, nn


@pytest.fixture(scope="module")
def models(models_folder: Path) -> Models:
    return load_models(models_folder, "cpu", "fp32")


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def some_mel(batch: int, columns: int, seed: int = 0) -> Tensor:
    return torch.randn(batch, 80, columns, generator=chance(seed)) * 0.4


def some_crops(count: int, seed: int = 0) -> Tensor:
    """Smooth, like faces, and different in each."""
    coarse = torch.rand(count, 3, 8, 8, generator=chance(seed))
    smooth = nn.functional.interpolate(coarse, (256, 256), mode="bicubic").clamp(0, 1)
    return (smooth * 255).to(torch.uint8).permute(0, 2, 3, 1)


def some_sound(models: Models, count: int, seed: int = 0) -> Tensor:
    """What the picture model hears: ten tokens with their five states, [count, 50, width]."""
    states = models.encoder(some_mel(count, 100, seed).to(models.dtype))
    return states[:, 20:30].flatten(1, 2)


# --- the encoder of sound ---------------------------------------------------------------------------------------------


def test_the_encoder_gives_the_hidden_states_of_transformers(models: Models, models_folder: Path) -> None:
    transformers = pytest.importorskip("transformers", reason="the parity of the encoder is measured on transformers")
    settings = transformers.WhisperConfig(**read_settings(models_folder / WHISPER_SETTINGS.local))
    settings._attn_implementation = "eager"
    theirs = transformers.models.whisper.modeling_whisper.WhisperEncoder(settings).eval()
    theirs.load_state_dict(load_file(models_folder / WHISPER.converted), strict=True)
    mel = some_mel(1, 3000)
    expected = torch.stack(theirs(mel, output_hidden_states=True).hidden_states, dim=2)
    assert expected.shape == (1, 1500, 5, models.feature_width)
    assert (models.encoder(mel) - expected).abs().max() < 1e-4


@pytest.mark.parametrize("tokens", [1, 10, 65, 80, 1500])
def test_windows_of_any_length(models: Models, tokens: int) -> None:
    assert models.encoder(some_mel(2, 2 * tokens)).shape == (2, tokens, 5, models.feature_width)


def test_the_first_state_depends_on_its_own_sound_only(models: Models) -> None:
    mel = some_mel(1, 160)
    other = mel.clone()
    other[:, :, 100] += 1.0
    changed = (models.encoder(mel) - models.encoder(other)).abs().amax(dim=(0, 3))[:, 0].nonzero().flatten()
    # Column 100 reaches columns 99 to 101 of the first convolution, and those tokens 49 to 51 of the second.
    assert changed.tolist() == [49, 50, 51]


# --- the picture model ------------------------------------------------------------------------------------------------


def unfolded(folder: Path) -> UNet2DConditionModel:
    unet = UNet2DConditionModel(**read_settings(folder / UNET_SETTINGS.local)).eval()
    unet.load_state_dict(load_file(folder / UNET.converted), strict=True)
    return unet


def test_folded_constants_change_nothing(models: Models, models_folder: Path) -> None:
    latents, sound = torch.randn(2, 8, 32, 32, generator=chance()), some_sound(models, 2)
    placed = sound + positional_code(50, models.feature_width)
    expected = unfolded(models_folder)(latents, torch.tensor([0]), encoder_hidden_states=placed).sample
    assert (models.unet(latents, sound) - expected).abs().max() < 1e-5
    at_another_time = unfolded(models_folder)(latents, torch.tensor([500]), encoder_hidden_states=placed).sample
    assert (at_another_time - expected).abs().max() > 1e-2


def test_the_positional_code() -> None:
    code = positional_code(50, 384)
    assert code.shape == (50, 384)
    angle = torch.tensor(7 / 10_000 ** (4 / 384))
    assert torch.allclose(code[7, 4:6], torch.stack([angle.sin(), angle.cos()]), atol=1e-6)
    assert code[0, 0::2].eq(0).all() and code[0, 1::2].eq(1).all()


def test_the_norms_have_the_published_eps(models: Models) -> None:
    norms = {name: module.eps for name, module in models.unet.named_modules() if isinstance(module, nn.GroupNorm)}
    in_attention = {eps for name, eps in norms.items() if name.endswith("attentions.0.norm")}
    assert in_attention == {1e-6}
    assert {eps for name, eps in norms.items() if ".resnets." in name} == {1e-5}
    assert {module.eps for module in models.vae.modules() if isinstance(module, nn.GroupNorm)} == {1e-6}


# --- pictures and latents ---------------------------------------------------------------------------------------------


def test_crops_become_the_model_s_eight_channels(models: Models, models_folder: Path) -> None:
    vae = AutoencoderKL(**read_settings(models_folder / VAE_SETTINGS.local)).eval()
    vae.load_state_dict(load_file(models_folder / VAE.converted), strict=True)
    crops = some_crops(2)
    whole = (crops.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5
    hidden = whole.clone()
    hidden[:, :, 128:] = -1
    expected = torch.cat([vae.encode(part).latent_dist.mode() * 0.18215 for part in (hidden, whole)], dim=1)
    latents = models.vae.encode_pair(crops)
    assert latents.shape == (2, *models.latent_shape)
    assert (latents - expected).abs().max() < 1e-5
    decoded = (vae.decode(latents[:, :4] / 0.18215).sample / 2 + 0.5) * 255
    assert (models.vae(latents[:, :4]) - decoded).abs().max() < 1e-2


def test_the_attention_of_the_old_names_arrives(models: Models, models_folder: Path) -> None:
    pickled = torch.load(models_folder / VAE.local, weights_only=True)
    attention = models.vae.vae.decoder.mid_block.attentions[0]
    assert torch.equal(attention.to_out[0].weight, pickled["decoder.mid_block.attentions.0.proj_attn.weight"])
    assert torch.equal(attention.to_k.bias, pickled["decoder.mid_block.attentions.0.key.bias"])


def test_pictures_are_tame_and_follow_the_sound(models: Models) -> None:
    latents = models.vae.encode_pair(some_crops(1)).expand(4, -1, -1, -1)
    pictures = models.vae(models.unet(latents, some_sound(models, 4))) / 255
    assert 0.35 < pictures.mean() < 0.65 and 0.1 < pictures.std() < 0.3
    assert ((pictures < 0) | (pictures > 1)).float().mean() < 0.1
    assert (pictures[0] - pictures[1]).abs().mean() * 255 > 4


def test_several_together_are_the_same_as_each_alone(models: Models) -> None:
    latents, sound = models.vae.encode_pair(some_crops(5)), some_sound(models, 5)
    together = models.vae(models.unet(latents, sound))
    alone = torch.cat([models.vae(models.unet(latents[n : n + 1], sound[n : n + 1])) for n in range(5)])
    assert (together - alone).abs().mean() < 0.01


# --- the lower half alone ---------------------------------------------------------------------------------------------


def test_how_far_convolutions_reach() -> None:
    assert reach([3, 3, 3, 3]) == [13, 6, 3, 1]


@pytest.mark.parametrize("first_row", [128, 104, 0])
def test_nothing_is_lost_but_by_the_norms(models_folder: Path, first_row: int) -> None:
    """With norms that do not look at their neighbours, the rows are those of the whole face, to the last of them."""
    vae = load_models(models_folder, "cpu", "fp32").vae
    for module in list(vae.vae.decoder.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.GroupNorm) and "attentions" not in name:
                setattr(module, name, nn.Identity())
    latents = torch.randn(1, 4, 32, 32, generator=chance()) * 0.2
    whole = vae(latents)[:, :, first_row:]
    lower = vae.decode_lower(latents, 13, first_row)
    assert (lower - whole).abs().max() <= 1e-4 * whole.abs().max()
    if first_row:
        assert (vae.decode_lower(latents, 1, first_row) - whole).abs().max() > 1e-2 * whole.abs().max()


def lower_error(vae: Vae, latents: Tensor, halo_rows: int, first_row: int, upper: Tensor | None) -> tuple[float, float]:
    off = (vae.decode_lower(latents, halo_rows, first_row, upper) - vae(latents)[:, :, first_row:]).abs()
    return off.mean().item(), off.max().item()


@pytest.mark.parametrize("first_row", [128, 104])
def test_the_lower_half_with_the_measured_upper_half(models: Models, first_row: int) -> None:
    """On random weights: how far a trained face's upper half moves with its mouth is not shown."""
    pair = models.vae.encode_pair(some_crops(1)).expand(2, -1, -1, -1)
    silent, spoken = models.unet(pair, some_sound(models, 2)).split(1)
    same_upper = spoken.clone()
    same_upper[:, :, :16] = silent[:, :, :16]
    print()
    for halo_rows in (0, 1, 2, 4, 6, 13):
        measured = models.vae.measure_upper(silent, halo_rows, first_row)
        cases = {
            "without": (spoken, None),
            "its own": (spoken, models.vae.measure_upper(spoken, halo_rows, first_row)),
            "another sound's": (spoken, measured),
            "same upper half": (same_upper, measured),
        }
        errors = {name: lower_error(models.vae, case[0], halo_rows, first_row, case[1]) for name, case in cases.items()}
        line = ", ".join(f"{name} {mean:.2f} (most {most:.1f})" for name, (mean, most) in errors.items())
        print(f"from row {first_row}, halo {halo_rows}, levels off: {line}")
    assert errors["its own"][0] < 0.5
    assert errors["same upper half"][0] < errors["without"][0] / 5


@pytest.mark.parametrize(("halo_rows", "first_row"), [(2, 100), (2, 256), (2, -8), (-1, 128)])
def test_rows_that_cannot_be_decoded_alone(models: Models, halo_rows: int, first_row: int) -> None:
    with pytest.raises(ValueError, match="cannot be decoded alone"):
        models.vae.decode_lower(torch.zeros(1, 4, 32, 32), halo_rows, first_row)


# --- loading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("precision", "most"), [("fp16", 1.0), ("bf16", 6.0)])
def test_half_the_bits(models: Models, models_folder: Path, precision: str, most: float) -> None:
    half = load_models(models_folder, "cpu", precision)
    crops, sound = some_crops(1), some_sound(models, 1)
    expected = models.vae(models.unet(models.vae.encode_pair(crops), sound))
    latents = half.vae.encode_pair(crops)
    pictures = half.vae(half.unet(latents, sound.to(half.dtype)))
    assert latents.dtype == half.dtype and pictures.dtype == torch.float32
    assert (pictures - expected).abs().mean() < most
    lower = half.vae.decode_lower(latents[:, :4], 4, 104, half.vae.measure_upper(latents[:, :4], 4, 104))
    assert (lower - half.vae(latents[:, :4])[:, :, 104:]).abs().mean() < most


def test_what_is_loaded(models: Models, models_folder: Path) -> None:
    assert models.feature_width == 64 and models.face_pixels == 256 and models.audio_tokens == 50
    assert models.vae_hash == file_hash(models_folder / VAE.converted)
    for module in (models.encoder, models.unet, models.vae):
        assert not module.training and not any(weights.requires_grad for weights in module.parameters())


def test_the_same_seed_makes_the_same_models(models_folder: Path, tmp_path: Path) -> None:
    tiny_models.make(tmp_path)
    again, first = (torch.load(folder / UNET.local, weights_only=True) for folder in (tmp_path, models_folder))
    assert all(torch.equal(again[name], first[name]) for name in first)


def without(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


def with_setting(file: str, name: str, value: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        settings = json.loads((folder / file).read_text())
        settings[name] = value
        (folder / file).write_text(json.dumps(settings))

    return change


def with_tensor(file: str, name: str, value: Tensor | None) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        tensors = load_file(folder / file)
        tensors.pop(name, None)
        save_file(tensors if value is None else tensors | {name: value}, folder / file)

    return change


def cut_off(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes()[:1000])


def unconverted(folder: Path) -> None:
    (folder / VAE.converted).unlink()


def no_pickle_either(folder: Path) -> None:
    (folder / VAE.converted).unlink()
    (folder / VAE.local).unlink()


def not_json(folder: Path) -> None:
    (folder / UNET_SETTINGS.local).write_text("{")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (without(WHISPER_SETTINGS.local), r"whisper/config.json is missing: run python -m .* MUSETALK_MODELS_DIR"),
        (no_pickle_either, r"sd-vae/diffusion_pytorch_model.safetensors is missing: run"),
        (unconverted, r"sd-vae/diffusion_pytorch_model.bin has not been converted yet: run .* --convert-only"),
        (not_json, r"musetalk.json cannot be read"),
        (cut_off(UNET.converted), r"unet.safetensors cannot be read"),
        (with_tensor(WHISPER.converted, "conv1.bias", None), r"pytorch_model.safetensors lacks conv1.bias"),
        (with_tensor(UNET.converted, "conv_in.bias", torch.ones(9)), r"conv_in.bias has the shape \[9\], .* \[8\]"),
        (with_tensor(UNET.converted, "conv_in.bias", torch.ones(8).int()), r"conv_in.bias holds torch.int32"),
        (with_tensor(VAE.converted, "extra", torch.ones(1)), r"has extra, which is no part of the model"),
        (with_setting(UNET_SETTINGS.local, "in_channels", 4), r"musetalk.json .*in_channels is 4, not 8"),
        (with_setting(UNET_SETTINGS.local, "norm_num_groups", 7), r"musetalk.json does not describe a model"),
        (with_setting(UNET_SETTINGS.local, "made_up", 1), r"musetalk.json does not describe a model.*made_up"),
        (with_setting(UNET_SETTINGS.local, "resnet_time_scale_shift", "scale_shift"), r"timestep"),
        (with_setting(VAE_SETTINGS.local, "latent_channels", 8), r"its latents have 8 channels"),
        (with_setting(WHISPER_SETTINGS.local, "num_mel_bins", 128), r"num_mel_bins is 128, not 80"),
        (with_setting(WHISPER_SETTINGS.local, "encoder_attention_heads", 3), r"cannot be divided among 3 heads"),
        (with_setting(WHISPER_SETTINGS.local, "encoder_layers", 6), r"lacks layers.4"),
    ],
)
def test_what_does_not_fit_is_named(
    models_folder: Path, tmp_path: Path, harm: Callable[[Path], None], said: str
) -> None:
    folder = tmp_path / "models"
    shutil.copytree(models_folder, folder)
    harm(folder)
    with pytest.raises(SettingsError, match=said):
        load_models(folder, "cpu", "fp32")


@pytest.mark.parametrize(
    ("device", "precision", "said"),
    [
        ("cpu", "int8", "fp32, fp16, bf16"),
        ("abacus", "fp32", "abacus is no device"),
        ("cuda:99", "fp32", "no cuda:99 here"),
    ],
)
def test_places_that_are_not_there(models_folder: Path, device: str, precision: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_models(models_folder, device, precision)
