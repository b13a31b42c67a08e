"""The two decoders that hear the same utterance: one knows only the phrases, one takes dictation in ordinary English.

The second is there for its contradiction. A grammar forces every sentence into one of its phrases; what a free listener
writes down of the same sounds, and how well it fits them, shows whether that phrase was really said (evidence.py).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pocketsphinx
from pocketsphinx import Decoder, NGramModel

from .dictionary import Dictionary
from .grammar import Grammar

MODEL = Path(pocketsphinx.get_model_path("en-us"))
DICTIONARY_FILE = MODEL / "cmudict-en-us.dict"
LANGUAGE_MODEL_FILE = MODEL / "en-us.lm.bin"
# The words of dictation: the most usual ones of the language model. With all of its 72,000 a decoder takes 58 MB and
# 0.75 s to load.
USUAL_WORDS_FILE = Path(__file__).parent / "usual_words.txt"
COMMON = {"hmm": str(MODEL / "en-us"), "loglevel": "FATAL", "bestpath": False, "lm": None}
# With the usual beams the right phrase was lost before its end wherever somebody else was talking in the background.
WIDE = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80, "topn": 2, "silprob": 0.1}

# What that decoder can listen for: all phrases, or a single word, when only the sound's own measures are wanted.
PHRASES = "phrases"
NOTHING = "nothing"


def grammar_decoder(grammar: Grammar, dictionary: Dictionary) -> Decoder:
    decoder = _decoder(dictionary, grammar.words, **WIDE)
    end = grammar.states
    arcs = [(arc.origin, arc.target, 1.0, arc.word) for arc in grammar.arcs]
    closing = [(state, end, 1.0) for state in grammar.ends]
    decoder.add_fsg(PHRASES, decoder.create_fsg(PHRASES, 0, end, [*arcs, *closing]))
    decoder.add_fsg(NOTHING, decoder.create_fsg(NOTHING, 0, 1, [(0, 1, 1.0, grammar.words[0])]))
    decoder.activate_search(PHRASES)
    return decoder


def dictation_decoders(count: int, grammar: Grammar, dictionary: Dictionary) -> list[Decoder]:
    """They share one language model, which is most of their memory."""
    words = sorted({*usual_words(), *grammar.words})
    decoders = [_decoder(dictionary, words, fwdflat=False) for _ in range(count)]
    model = NGramModel(decoders[0].config, decoders[0].logmath, str(LANGUAGE_MODEL_FILE))
    for decoder in decoders:
        decoder.add_lm("dictation", model)
        decoder.activate_search("dictation")
    return decoders


def usual_words() -> list[str]:
    return USUAL_WORDS_FILE.read_text(encoding="utf-8").split()


def _decoder(dictionary: Dictionary, words: Sequence[str], **settings: object) -> Decoder:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "words.dict"
        dictionary.write(file, words)
        return Decoder(dict=str(file), **COMMON, **settings)
