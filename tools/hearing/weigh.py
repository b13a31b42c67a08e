"""Finds the weights of evidence.py on the tuning half of SOUNDS/heard.json, which hear.py wrote.

    PYTHONPATH=python python tools/hearing/weigh.py wordings.json SOUNDS
"""

from __future__ import annotations

import json
import sys
from dataclasses import astuple
from pathlib import Path

import numpy as np
from parley_workers.engines.pocketsphinx.evidence import MOST_STRAY_FRAMES, Evidence, evidence, longest_stray
from parley_workers.engines.pocketsphinx.transcript import Part, spelt

# Shares of strangers' sentences of the tuning half that may be accepted: the offset follows from it.
GOALS = (0.03, 0.04, 0.05, 0.06, 0.08)


def logistic(features: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Weights and offset of a logistic regression, by Newton's method."""
    columns = np.c_[features, np.ones(len(features))]
    weights = np.zeros(columns.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (chance - said)
        curve = (columns.T * (chance * (1 - chance))) @ columns + 1e-6 * np.eye(len(weights))
        weights -= np.linalg.solve(curve, slope)
    return weights


def main(wordings_file: str, folder: Path) -> None:
    intents = json.loads(Path(wordings_file).read_text())["intents"]
    rows = json.loads((folder / "heard.json").read_text())
    features, right, whole = [], [], []
    for row in rows:
        phrase, dictation = ([Part(**part) for part in row[name]] for name in ("phrase", "dictation"))
        features.append(astuple(evidence(phrase, dictation)))
        # The others are rejected before anything is weighed.
        whole.append(spelt(phrase) != "" and longest_stray(phrase, dictation) <= MOST_STRAY_FRAMES)
        right.append(row["intent"] is not None and row["intent"] in intents.get(spelt(phrase), []))
    known = np.array([row["intent"] is not None for row in rows])
    tune = np.array([row["half"] == "tune" for row in rows])
    values, right = np.array(features), np.array(right)
    # A phrase that the grammar took for another is neither: no evidence could save it.
    whole = np.array(whole)
    clear = tune & whole & (right | ~known)
    weights = logistic(values[clear], right[clear])
    print(Evidence(*weights[:-1].round(3).tolist()))
    belief = np.where(whole, values @ weights[:-1], -np.inf)
    for goal in GOALS:
        limit = np.quantile(belief[tune & ~known], 1 - goal)
        results = []
        for half in (tune, ~tune):
            accepted = belief > limit
            missed = 1 - (accepted & right)[half & known].mean()
            results.append(f"false accepts {accepted[half & ~known].mean():.3f}, false rejects {missed:.3f}")
        print(f"offset {-limit:.2f}: tune {results[0]}; held {results[1]}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
