"""Counts what the engine accepts and rejects of what hear.py kept in SOUNDS/heard.json.

    PYTHONPATH=python python tools/hearing/count.py wordings.json SOUNDS
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from parley_workers.engines.pocketsphinx.evidence import is_said
from parley_workers.engines.pocketsphinx.transcript import Part, spelt

Row = dict[str, Any]


def heard_text(row: Row) -> str:
    """What was accepted; empty if nothing was."""
    phrase, dictation = ([Part(**part) for part in row[name]] for name in ("phrase", "dictation"))
    return spelt(phrase) if is_said(phrase, dictation) else ""


def outcome(row: Row, text: str, intents: dict[str, list[str]]) -> str:
    if row["intent"] is None:
        return "false accept" if text else "unclear" if row["voice_heard"] else "no words"
    return "rejected" if not text else "right" if row["intent"] in intents.get(text, []) else "another intent"


def table(title: str, rows: Iterable[tuple[str, str]]) -> None:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, result in rows:
        counts[name][result] += 1
        counts["all"][result] += 1
    print(f"\n{title}")
    for name, results in sorted(counts.items(), key=lambda item: item[0] == "all"):
        total = sum(results.values())
        shares = [f"{result} {count} ({100 * count / total:.1f} %)" for result, count in sorted(results.items())]
        print(f"  {name:14} {total:4}   {', '.join(shares)}")


def room(row: Row) -> str:
    return (row["noise"] or ["quiet"])[0]


def report(rows: list[Row], intents: dict[str, list[str]]) -> None:
    texts = [heard_text(row) for row in rows]
    outcomes = [(row, outcome(row, text, intents)) for row, text in zip(rows, texts)]
    known = [(row, result) for row, result in outcomes if row["intent"] is not None]
    strange = [(row, result) for row, result in outcomes if row["intent"] is None and row["text"]]
    noise = [(row, result) for row, result in outcomes if not row["text"]]
    for title, some in (("phrases", known), ("strangers' sentences", strange)):
        table(f"{title}, by voice", ((row["voice"], result) for row, result in some))
        table(f"{title}, by room", ((room(row), result) for row, result in some))
    table("no speech", ((row["voice"], result) for row, result in noise))
    print()
    for row, text in zip(rows, texts):
        if text and row["intent"] is None:
            print(f'  accepted: "{row["text"]}" as "{text}" ({row["voice"]})')


def main(wordings_file: str, folder: Path) -> None:
    intents = json.loads(Path(wordings_file).read_text())["intents"]
    rows = json.loads((folder / "heard.json").read_text())
    for half in ("tune", "held"):
        mine = [row for row in rows if row["half"] == half]
        if mine:
            print(f"\n=== {half}")
            report(mine, intents)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
