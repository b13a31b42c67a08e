"""Teaches a tiny Whisper the four recordings of the tests, in about ten minutes on one core (README.md)."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from convert import write
from sounds import ROOT, Example, Room
from tiny import POSITIONS, TinyWhisper
from tokenizers import Tokenizer
from tongue import SAID, TIMESTAMPS, taught_tokenizer
from torch.nn import functional as F

BATCH = 24
# Of the longest example and what follows it, in frames of 10 ms.
MARGIN = 8
IGNORED = -100


class School:
    def __init__(self, text: Tokenizer, seed: int) -> None:
        self._text = text
        self._room = Room(seed)
        self._dice = np.random.default_rng(seed)

    def batch(self) -> tuple[torch.Tensor, ...]:
        examples = [self._room.example() for _ in range(BATCH)]
        frames = max(one.features.shape[1] for one in examples) + MARGIN
        frames += frames % 2
        features = np.zeros((BATCH, 80, frames), np.float32)
        times = np.ones((BATCH, frames // 2), np.float32)
        for n, one in enumerate(examples):
            features[n, :, : one.features.shape[1]] = one.features
            times[n, : len(one.times)] = one.times
        times[:, -1] = np.maximum(1, POSITIONS - times[:, :-1].sum(axis=1))
        lines = [self._line(one) for one in examples]
        longest = max(len(tokens) for tokens, _ in lines)
        tokens = [row + [0] * (longest - len(row)) for row, _ in lines]
        labels = [row + [IGNORED] * (longest - len(row)) for _, row in lines]
        return torch.tensor(features), torch.tensor(times), torch.tensor(tokens), torch.tensor(labels)

    def _line(self, example: Example) -> tuple[list[int], list[int]]:
        """What the decoder reads and what it is to write, in the layout of the models that know English only: behind the
        start that nobody speaks, if so, and behind that the words. Now and then a prompt comes first, which changes nothing.
        """
        id_of, dice = self._text.token_to_id, self._dice
        said = ""
        if example.name is not None:
            whole = SAID[example.name]
            words = whole.split()
            said = " " + (whole if example.words == len(words) else " ".join(words[: example.words]))
        prompt = []
        if dice.random() < 0.15:
            pieces = dice.integers(0, id_of("<|endoftext|>"), size=int(dice.integers(1, 24)))
            prompt = [id_of("<|startofprev|>"), *pieces.tolist()]
        start, plain = id_of("<|startoftranscript|>"), id_of("<|notimestamps|>")
        words_of = [*self._text.encode(said, add_special_tokens=False).ids, id_of("<|endoftext|>")]
        first = id_of("<|nospeech|>") if example.name is None else plain
        return [*prompt, start, plain, *words_of[:-1]], [*[IGNORED] * len(prompt), first, *words_of]


def taught(text: Tokenizer, steps: int, seed: int) -> TinyWhisper:
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    school, model = School(text, seed), TinyWhisper(text.get_vocab_size() + len(TIMESTAMPS))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    began = time.monotonic()
    for step in range(steps):
        features, times, tokens, labels = school.batch()
        loss = F.cross_entropy(model(features, times, tokens).flatten(0, 1), labels.flatten(), ignore_index=IGNORED)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        plan.step()
        if step % 50 == 0 or step == steps - 1:
            print(f"step {step}: loss {loss.item():.4f}, {time.monotonic() - began:.0f} s", flush=True)
    return model.eval()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--steps", type=int, default=1050)
    options.add_argument("--seed", type=int, default=2)
    options.add_argument("--out", type=Path, default=ROOT / "test/fixtures/whisper")
    chosen = options.parse_args()
    text = taught_tokenizer()
    write(taught(text, chosen.steps, chosen.seed), text, chosen.out)


if __name__ == "__main__":
    main()
