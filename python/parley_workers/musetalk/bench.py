"""`python -m parley_workers.musetalk bench`: what this device can do, with the worker's own parts and no gateway.

Prints what the chip can do and how much of it the models reach, what every part of a batch takes, and how 1 to 32
callers are served. Random weights of the true sizes do (--random); they draw nothing to look at."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..engine import EngineLost, SettingsError, WorkerError
from .admission import MOST_SHARED
from .bench_callers import Calls
from .bench_compare import compare, one
from .bench_parts import matrix_rate, milliseconds, work
from .bench_report import callers_table, chip_lines, compare_table, pace_line, parts_table, soak_lines
from .bench_soak import soak
from .device import DEVICES, chosen, memory, named
from .fetch import DEFAULT_FOLDER
from .models import PRECISIONS
from .options import read_options
from .pace import pictures_per_second
from .random_models import make_full_size
from .start import warmed_up
from .studio import Studio, open_studio
from .worker import SWITCH_S


def main(argv: list[str]) -> int:
    choice = _choices(argv)
    # As in the worker.
    sys.setswitchinterval(SWITCH_S)
    try:
        with _models(choice) as folder:
            _bench(choice, folder)
    except (SettingsError, EngineLost, WorkerError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _bench(choice: argparse.Namespace, folder: Path) -> None:
    device, precision = chosen(choice.device, choice.precision)
    studio = open_studio(warmed_up(folder, device, precision, read_options(choice.options)))
    if choice.costs_only:
        print(json.dumps(one(studio)))
        return
    report: dict[str, Any] = {"device": named(device), "precision": precision}
    for name, found in _steps(choice, studio, folder, device, precision):
        report[name] = found
        # After every step: if the next one fails, what was found until then is there.
        if choice.json:
            choice.json.write_text(json.dumps(report, indent=1), encoding="utf-8")


def _steps(
    choice: argparse.Namespace, studio: Studio, folder: Path, device: str, precision: str
) -> Iterator[tuple[str, Any]]:
    if choice.callers:
        yield from _chip(studio, named(device), precision)
        yield "callers", _callers(choice, studio, device)
    if choice.soak:
        soaked = soak(studio, choice.soak, choice.soak_seconds)
        _show("Memory", *soak_lines(soaked))
        yield "soak", asdict(soaked)
    if choice.compare:
        compared = list(compare(folder, device, choice.compare_seconds, _say))
        _show("Variants", compare_table(compared))
        yield "compare", [asdict(found) for found in compared]


def _chip(studio: Studio, name: str, precision: str) -> Iterator[tuple[str, Any]]:
    costs = studio.warm.costs
    rate, counted = matrix_rate(studio), work(studio)
    out, shared = pictures_per_second(studio), pictures_per_second(studio, MOST_SHARED)
    _show("Chip", *chip_lines(name, precision, rate, counted, _best(studio)), pace_line(out, shared))
    yield (
        "chip",
        {
            "matrix_flop_per_second": rate,
            "flop_per_picture": counted,
            "pictures_per_second": _best(studio),
            "pictures_per_second_out": out,
            "pictures_per_second_out_shared": shared,
        },
    )
    parts = {}
    for size in sorted(costs):
        _say(f"parts of a batch of {size}")
        parts[size] = milliseconds(studio, size)
    _show("Parts", parts_table(parts, costs))
    yield "parts", {"milliseconds": parts, "together": {size: seconds * 1000 for size, seconds in costs.items()}}


def _callers(choice: argparse.Namespace, studio: Studio, device: str) -> list[dict[str, Any]]:
    calls = Calls(studio, pictures_per_second(studio), pictures_per_second(studio, MOST_SHARED))
    rows = []
    for callers in choice.callers:
        _say(f"{callers} callers")
        rows.append((calls.run(callers, choice.seconds), memory(device)))
    _show("Callers", callers_table(rows))
    return [{**asdict(row), **held} for row, held in rows]


def _best(studio: Studio) -> float:
    return max(size / seconds for size, seconds in studio.warm.costs.items())


@contextmanager
def _models(choice: argparse.Namespace) -> Iterator[Path]:
    if not choice.random:
        yield Path(choice.models)
        return
    with tempfile.TemporaryDirectory(prefix="parley-models-") as folder:
        _say("making random weights, 1.9 GB")
        make_full_size(Path(folder))
        yield Path(folder)


def _choices(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m parley_workers.musetalk bench", description=__doc__)
    models = parser.add_mutually_exclusive_group()
    models.add_argument("--models", default=os.environ.get("MUSETALK_MODELS_DIR") or DEFAULT_FOLDER)
    models.add_argument("--random", action="store_true", help="random weights of the true sizes, in a temporary folder")
    parser.add_argument("--device", default="auto", help=f"{', '.join(DEVICES)} or cuda:N")
    parser.add_argument("--precision", default="auto", choices=["auto", *PRECISIONS])
    parser.add_argument("--options", type=json.loads, help="as the worker's settings.options, JSON")
    parser.add_argument(
        "--callers",
        type=_numbers,
        default=_numbers("1,2,4,8,16,20,24,32"),
        help="an empty word: only what else is asked for",
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="for each number of callers")
    parser.add_argument("--soak", type=int, default=0, metavar="BATCHES", help="so many batches; is memory flat?")
    parser.add_argument("--soak-seconds", type=float, default=120.0, help="but no longer than this")
    parser.add_argument("--compare", action="store_true", help="every option by itself")
    parser.add_argument("--compare-seconds", type=float, default=240.0, help="in all")
    parser.add_argument("--costs-only", action="store_true", help="one line of JSON, for --compare")
    parser.add_argument("--json", type=Path, help="everything that was found, into this file")
    return parser.parse_args(argv)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


def _show(head: str, *lines: str) -> None:
    print(f"\n## {head}\n", *lines, sep="\n", flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
