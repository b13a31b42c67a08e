"""The bench on tiny models, and the options that it compares."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from parley_workers.engine import SettingsError
from parley_workers.musetalk import bench, bench_compare, pace, taesd
from parley_workers.musetalk.bench_callers import Calls
from parley_workers.musetalk.bench_compare import ON_CPU, ON_GPU, Compared, compare, one
from parley_workers.musetalk.bench_parts import MODELS, PARTS, milliseconds, work
from parley_workers.musetalk.bench_report import compare_table, soak_lines
from parley_workers.musetalk.bench_soak import Soaked, soak
from parley_workers.musetalk.face_file import FaceFileError
from parley_workers.musetalk.jpeg import encode_rgb
from parley_workers.musetalk.options import Options, read_options
from parley_workers.musetalk.pace import pictures_per_second
from parley_workers.musetalk.random_models import make_small_decoder
from parley_workers.musetalk.start import warmed_up
from parley_workers.musetalk.studio import Studio, open_studio
from parley_workers.musetalk.worker import load


@pytest.fixture(scope="module")
def with_small(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "models"
    shutil.copytree(models_folder, folder)
    make_small_decoder(folder)
    return folder


@pytest.fixture(scope="module")
def studio(models_folder: Path) -> Studio:
    return open_studio(warmed_up(models_folder, "cpu", "fp32", Options(sizes=(1, 2))))


# --- what it measures -------------------------------------------------------------------------------------------------


def test_it_prints_tables_and_writes_them_down(
    models_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bench.json"
    given = ["--models", str(models_folder), "--device", "cpu", "--options", '{"sizes": [1, 2]}', "--json", str(file)]
    assert bench.main([*given, "--callers", "1", "--seconds", "1.5", "--soak", "3"]) == 0
    said = capsys.readouterr().out
    assert all(f"## {head}\n" in said for head in ("Chip", "Parts", "Callers", "Memory"))
    found = json.loads(file.read_text())
    assert found["device"] == "CPU" and set(found["parts"]["milliseconds"]) == {"1", "2"}
    assert found["callers"][0]["callers"] == 1 and found["soak"]["batches"] == 3


def test_without_models_it_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--models", str(tmp_path), "--device", "cpu"]) == 1
    assert "musetalk.json is missing" in capsys.readouterr().err


def test_work_is_counted_on_the_models(studio: Studio) -> None:
    found = work(studio)
    assert set(found) == set(MODELS) and min(found.values()) > 0
    # The last convolution of the decoder alone: 3 x 4 x 9 products for each of 65,536 pixels.
    assert found["decoder"] > 2 * 3 * 4 * 9 * 256 * 256


def test_every_part_has_its_time(studio: Studio) -> None:
    found = milliseconds(studio, 2)
    assert set(found) == set(PARTS) and min(found.values()) > 0


def test_callers_are_served_in_time_by_a_device_that_can(studio: Studio) -> None:
    """Two mouths for 25 pictures each would be too much for some machines; of the times only their order is certain."""
    calls = Calls(studio, 1000.0)
    row = calls.run(1, 2.0)
    assert row.callers == 1 and row.refused == 0 and row.shared == 1
    assert row.pictures_per_second > 0 and 0 < row.batch_fill <= 1
    assert 0 < row.first_p50_ms <= row.first_p95_ms and row.late_p50_ms <= row.late_p99_ms


def test_whoever_is_too_many_is_refused_and_the_others_share(studio: Studio) -> None:
    row = Calls(studio, 20.0).run(3, 1.0)
    # 16 pictures a second that are used: one caller, with a mouth for two pictures.
    assert (row.refused, row.shared) == (2, 2)


def test_a_soak_ends_when_its_batches_or_its_time_are_over(studio: Studio) -> None:
    assert soak(studio, 2, 60.0).batches == 2
    assert soak(studio, 1_000_000, 0.2).batches < 1000


def test_growth_is_told() -> None:
    found = Soaked(
        10, 40, 2.0, {"vram_bytes": 1e6, "vram_reserved_bytes": 2e6}, {"vram_bytes": 1e6, "vram_reserved_bytes": 5e6}
    )
    assert [line.rpartition(": ")[2] for line in soak_lines(found)[1:]] == ["flat", "grown by 3.0 MB"]


def test_the_pace_is_that_of_everything_up_to_the_jpegs(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    painted, encoded = [], []
    start = studio.painter.start
    monkeypatch.setattr(studio.painter, "start", lambda orders, size: painted.append(orders) or start(orders, size))
    monkeypatch.setattr(
        pace, "encode_rgb", lambda pixels, quality: encoded.append(pixels.shape) or encode_rgb(pixels, quality)
    )
    assert pictures_per_second(studio, shared=3) > 0
    assert {len(order.shots) for orders in painted for order in orders} == {3}
    assert len(encoded) == 3 * sum(len(orders) for orders in painted) and set(encoded) == {(192, 256, 3)}


# --- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "must be an object"),
        ({"speed": 11}, "has speed"),
        ({"decoder": "best"}, "whole, lower, small"),
        ({"graphs": 1}, "graphs must be true or false"),
        ({"sizes": [2, 4]}, "must contain 1"),
        ({"sizes": [1, 1000]}, "1 to 64"),
        ({"sizes": "1"}, "1 to 64"),
        ({"face_megabytes": 0}, "from 1 on"),
    ],
)
def test_options_that_are_none_are_refused(given: object, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_options(given)


def test_every_variant_is_one_that_the_worker_takes() -> None:
    for variant in (*ON_GPU, *ON_CPU):
        read_options(variant.options)
    assert read_options(None) == Options() and read_options({"sizes": [1, 8]}).sizes == (1, 8)


@pytest.mark.parametrize(
    ("options", "most"),
    [
        (Options(sizes=(1, 4), plain_norms=True), 0.05),
        # Random models draw an upper half that has nothing to do with the face, and its norms are taken from the face.
        (Options(sizes=(1, 4), decoder="lower"), 8.0),
    ],
)
def test_options_draw_nearly_the_same(models_folder: Path, options: Options, most: float) -> None:
    found = one(open_studio(warmed_up(models_folder, "cpu", "fp32", options)))
    assert found["mean_error"] <= most and set(found["milliseconds"]) == {"1", "4"}


def test_the_worker_draws_with_the_options_that_it_is_told(models_folder: Path) -> None:
    told = {"sizes": [1], "decoder": "lower"}
    engine = load({"models": str(models_folder), "device": "cpu", "options": told})
    assert engine.info["decoder"] == "lower" and set(engine.info["batchMs"]) == {"1"}


def test_the_lower_half_refuses_a_face_of_which_more_shows(models_folder: Path, studio: Studio) -> None:
    lower = open_studio(warmed_up(models_folder, "cpu", "fp32", Options(sizes=(1,), decoder="lower")))
    file, under = studio.face.file, studio.face.under
    masks = file.masks.copy()
    masks[0, 51, 64] = 1
    changed = type(file)(**{**file.__dict__, "masks": masks})
    with pytest.raises(FaceFileError, match="above row 104"):
        lower.painter.upload(changed, under)
    studio.painter.upload(changed, under)


def test_the_small_decoder_takes_latents_as_they_are(with_small: Path, models_folder: Path) -> None:
    small = taesd.load_small_decoder(with_small).float()
    drawn = small(torch.zeros(2, 4, 32, 32))
    assert drawn.shape == (2, 3, 256, 256) and drawn.dtype == torch.float32
    assert torch.equal(drawn, small.decoder(torch.zeros(2, 4, 32, 32)) * 127.5 + 127.5)
    with pytest.raises(SettingsError, match="taesd/diffusion_pytorch_model.safetensors is missing"):
        taesd.load_small_decoder(models_folder)


def test_variants_are_compared_and_one_that_fails_only_loses_its_line(
    models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = (ON_CPU[0], ON_CPU[-1])
    monkeypatch.setattr(bench_compare, "ON_CPU", two)
    found = list(compare(models_folder, "cpu", 240.0, lambda line: None))
    assert [variant.name for variant in two] == [result.name for result in found]
    assert found[0].mean_error == 0.0 and found[0].pictures_per_second > 0
    # Nobody has given it its weights.
    assert "taesd" in found[-1].failure and "taesd" in compare_table(found)


def test_variants_for_which_no_time_is_left_are_named(models_folder: Path) -> None:
    found = list(compare(models_folder, "cpu", 0.0, lambda line: None))
    assert {result.failure for result in found} == {"no time was left"}
    assert isinstance(found[0], Compared)
