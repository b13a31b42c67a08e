"""The embedded recogniser: PocketSphinx with a grammar of what the persona understands (docs/hearing.md)."""

from __future__ import annotations

import os
from typing import Any

from ...engine import Engine, SettingsError
from ...places import Places
from .dictionary import read_dictionary
from .grammar import read_grammar, read_places

# Who finds every listener busy waits so long for one: longer than an utterance is listened to (10 s). Meanwhile the
# waiting caller is still speaking, as a rule, and nothing of that is lost.
MOST_WAIT_S = 15.0


def load(settings: dict[str, Any]) -> Engine:
    try:
        from . import decoders
    except ImportError as error:
        raise SettingsError(f"PocketSphinx cannot be used here: {error}") from error
    from .listen import listening
    from .utterance import Ear

    grammar, count = read_grammar(settings), read_places(settings)
    wanted = {*grammar.words, *decoders.usual_words()}
    dictionary = read_dictionary(decoders.DICTIONARY_FILE, wanted, grammar.pronunciations)
    unknown = [word for word in grammar.words if word not in dictionary]
    if unknown:
        raise SettingsError(f"the dictionary lacks {', '.join(unknown)}")
    pairs = zip(
        [decoders.grammar_decoder(grammar, dictionary) for _ in range(count)],
        decoders.dictation_decoders(count, grammar, dictionary),
    )
    places = Places(
        [Ear(phrases, dictation, dictionary, grammar) for phrases, dictation in pairs],
        MOST_WAIT_S,
        "stt_failed",
        "listeners",
    )
    return Engine(
        methods={"listen": listening(places)},
        info={"places": count, "pid": os.getpid()},
        stats=lambda: {"listening": places.taken, "waiting": places.waiting},
    )
