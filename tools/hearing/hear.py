"""Lets the engine's own decoders hear the sounds of speak.py, and keeps what they heard in SOUNDS/heard.json.

    PYTHONPATH=python python tools/hearing/hear.py wordings.json SOUNDS          both halves
    PYTHONPATH=python python tools/hearing/hear.py wordings.json SOUNDS held     only what nothing was tuned on
"""

from __future__ import annotations

import json
import sys
import wave
from dataclasses import asdict
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from parley_workers.engines.pocketsphinx import decoders
from parley_workers.engines.pocketsphinx.dictionary import read_dictionary
from parley_workers.engines.pocketsphinx.grammar import read_grammar
from parley_workers.engines.pocketsphinx.sound import BLOCK_BYTES
from parley_workers.engines.pocketsphinx.utterance import Ear

ear: Ear


def prepare(settings: dict[str, Any]) -> None:
    global ear
    grammar = read_grammar(settings)
    wanted = {*grammar.words, *decoders.usual_words()}
    dictionary = read_dictionary(decoders.DICTIONARY_FILE, wanted, grammar.pronunciations)
    dictation = decoders.dictation_decoders(1, grammar, dictionary)[0]
    ear = Ear(decoders.grammar_decoder(grammar, dictionary), dictation, dictionary, grammar)


def hear(file: Path) -> dict[str, Any]:
    with wave.open(str(file)) as sound:
        pcm = sound.readframes(sound.getnframes())
    with ear.utterance():
        for at in range(0, len(pcm), BLOCK_BYTES):
            ear.hear(pcm[at : at + BLOCK_BYTES])
        ear.end()
        parts = {"phrase": ear.phrase(), "dictation": ear.dictation()}
        kept = {name: [asdict(part) for part in found] for name, found in parts.items()}
        return kept | {"voice_heard": ear.voice.heard}


def main(wordings_file: str, folder: Path, half: str | None) -> None:
    grammar = json.loads(Path(wordings_file).read_text())["grammar"]
    rows = [row for row in json.loads((folder / "list.json").read_text()) if half in (None, row["half"])]
    with Pool(2, prepare, (grammar,)) as pool:
        heard = pool.map(hear, [folder / row["file"] for row in rows], chunksize=4)
    (folder / "heard.json").write_text(json.dumps([row | one for row, one in zip(rows, heard)]))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
