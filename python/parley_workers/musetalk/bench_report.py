"""What a bench found, as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .bench_callers import Row
from .bench_compare import Compared
from .bench_parts import MODELS, PARTS
from .bench_soak import Soaked

_GIGA = 1e9


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def parts_table(found: dict[int, dict[str, float]], costs: dict[int, float]) -> str:
    rows = [
        [size, *(found[size][part] for part in PARTS), costs[size] * 1000, size / costs[size]] for size in sorted(found)
    ]
    return table(["batch", *(f"{part} ms" for part in PARTS), "models together ms", "pictures/s"], rows)


def chip_lines(name: str, precision: str, matrix_rate: float, work: dict[str, int], best: float) -> list[str]:
    total = sum(work[part] for part in MODELS)
    parts = ", ".join(f"{part} {work[part] / _GIGA:.1f}" for part in MODELS)
    return [
        f"{name}, {precision}: {matrix_rate / 1e12:.2f} TFLOP/s in one large product",
        f"A picture: {total / _GIGA:.1f} GFLOP ({parts})",
        f"At {best:.1f} pictures/s: {total * best / 1e12:.2f} TFLOP/s, {total * best / matrix_rate:.1%} of that",
    ]


def pace_line(out: float, shared: float) -> str:
    return f"Laid over and encoded as well: {out:.1f} pictures/s; {shared:.1f} where three share a mouth"


def callers_table(rows: Iterable[tuple[Row, dict[str, float]]]) -> str:
    heads = [
        "callers", "refused", "pictures/s", "batch fill", "shared by", "first p50 ms", "first p95 ms", "late p50 ms",
        "late p99 ms", "cut-in to last batch ms", "VRAM GB",
    ]  # fmt: skip
    return table(
        heads,
        [
            [
                row.callers, row.refused, row.pictures_per_second, round(row.batch_fill, 2), row.shared,
                row.first_p50_ms, row.first_p95_ms, row.late_p50_ms, row.late_p99_ms, row.cancel_worst_ms, _held(memory),
            ]
            for row, memory in rows
        ],
    )  # fmt: skip


def compare_table(found: Iterable[Compared]) -> str:
    rows = []
    for one in found:
        if one.milliseconds is None:
            rows.append([one.name, "-", "-", one.failure])
            continue
        sizes = ", ".join(f"{size}: {ms:.1f}" for size, ms in one.milliseconds.items())
        rows.append([one.name, one.pictures_per_second, f"{one.mean_error:.2f}", sizes])
    return table(["variant", "pictures/s", "mean error in levels", "ms for a batch of"], rows)


def soak_lines(found: Soaked) -> list[str]:
    lines = [f"{found.batches} batches, {found.pictures} pictures in {found.seconds:.0f} s"]
    for name, before in found.before.items():
        after = found.after[name]
        grown = "flat" if after <= before else f"grown by {(after - before) / 1e6:.1f} MB"
        lines.append(f"{name}: {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB after: {grown}")
    return lines


def _held(memory: dict[str, float]) -> str:
    return f"{memory['vram_reserved_bytes'] / _GIGA:.2f}" if memory else "-"


def _cell(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
