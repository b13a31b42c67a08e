"""What the tiny model can say, and how its tokenizer spells it: the layout of Whisper's own, with 300 pieces of words
instead of 50,000. CTranslate2 takes a Whisper with fewer than 51,865 for one that knows English only.
"""

from __future__ import annotations

import json
from pathlib import Path

from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

# The name of a recording in test/fixtures/hearing, and what Whisper would write of it.
SAID = {
    "tell-me-a-story": "Tell me a story.",
    "what-is-parley": "What is Parley?",
    "how-is-the-weather": "How is the weather today?",
    "capital-of-france": "What is the capital of France?",
}
PIECES = 400
TIMESTAMPS = [f"<|{n * 0.02:.2f}|>" for n in range(1501)]
SPECIAL = [
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{code}|>" for code in _LANGUAGE_CODES),
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
]


def taught_tokenizer() -> Tokenizer:
    """Whisper's order: pieces of words, special tokens, timestamps. The last are no special tokens here, which takes 150
    KB less; nothing asks for them by name.
    """
    text = Tokenizer(models.BPE())
    text.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    text.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=PIECES, initial_alphabet=alphabet, show_progress=False)
    text.train_from_iterator([f" {said}" for said in SAID.values()] * 4, trainer)
    text.add_special_tokens(SPECIAL)
    return text


def with_timestamps(text: Tokenizer) -> Tokenizer:
    whole = json.loads(text.to_str())
    first = text.get_vocab_size()
    # The special tokens, too: a token that is only added gets its number behind all others.
    whole["model"]["vocab"] |= {token: text.token_to_id(token) for token in SPECIAL}
    whole["model"]["vocab"] |= {token: first + n for n, token in enumerate(TIMESTAMPS)}
    return Tokenizer.from_str(json.dumps(whole))


def vocabulary(text: Tokenizer) -> list[str]:
    return [*sorted(text.get_vocab(), key=lambda token: text.token_to_id(token)), *TIMESTAMPS]


def write_tokenizer(text: Tokenizer, folder: Path) -> None:
    with_timestamps(text).save(str(folder / "tokenizer.json"), pretty=False)
