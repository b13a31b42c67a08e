"""`python -m parley_workers.bridge kokoro|coqui < payload.json`: reads one JSON object, writes the file that it names, and
answers `{"duration": seconds}`. Whatever libraries print goes to stderr: nothing but the answer is ever on stdout.
"""

from __future__ import annotations

import importlib
import json
import sys
import traceback
from collections.abc import Callable, Sequence

from ..speech.clauses import SAYABLE, plain
from .install import how_to_install
from .output import OutputError, check_output, put
from .payload import USUAL_RATE, Payload, PayloadError, read_payload
from .standard import STDIN, STDOUT, Standard, claim_standard, tell, write_all
from .wav import silent_wav, wav

# Each imports what it needs only when it has something to say.
ENGINES = ("kokoro", "coqui")
# Nobody reads aloud more than that in one go; a larger payload is a mistake.
LARGEST_PAYLOAD = 4 * 1024 * 1024


def main(argv: Sequence[str]) -> int:
    standard = claim_standard()
    if len(argv) != 1 or argv[0] not in ENGINES:
        return _fail(f"expected one of: {', '.join(ENGINES)}", 2)
    if STDOUT in standard.missing:
        return _fail("stdout is closed: open it, the answer is written there", 1)
    try:
        duration = _write(_asked(argv[0], standard), argv[0], standard.answer)
    except PayloadError as error:
        return _fail(str(error), 2)
    except OutputError as error:
        return _fail(str(error), 1)
    except ImportError as error:
        return _fail(f"failed to import {argv[0]} dependencies: {how_to_install(argv[0], error)}", 1)
    except Exception as error:  # noqa: BLE001 - a library may raise anything; its words belong on stderr.
        traceback.print_exc()
        return _fail(f"{type(error).__name__}: {error}", 1)
    try:
        write_all(standard.answer, (json.dumps({"duration": duration}) + "\n").encode())
    except OSError as error:
        return _fail(f"the answer cannot be written on stdout: {error.strerror}", 1)
    return 0


def _asked(engine: str, standard: Standard) -> Payload:
    if STDIN in standard.missing:
        raise PayloadError("stdin is closed: expected one JSON object there")
    try:
        raw = sys.stdin.buffer.read(LARGEST_PAYLOAD + 1)
    except OSError as error:
        raise PayloadError(f"stdin cannot be read: {error.strerror}; expected one JSON object there") from error
    return read_payload(engine, raw, LARGEST_PAYLOAD)


def _write(payload: Payload, name: str, answer: int) -> float:
    """Gives the seconds. For a text without words, as the workers see it, no model is loaded."""
    check_output(payload.output)
    if SAYABLE.search(plain(payload.text)):
        if payload.sample_rate != USUAL_RATE:
            # Nobody should wait for speech that cannot be resampled.
            importlib.import_module("soxr")
        sound, rate = _engine(name)(payload)
        content, duration = wav(sound, rate, payload.sample_rate)
    else:
        content, duration = silent_wav(payload.sample_rate)
    put(payload.output, content, answer)
    return duration


def _engine(name: str) -> Callable[[Payload], tuple[object, int]]:
    if name == "kokoro":
        from .kokoro import speak
    else:
        from .coqui import speak
    return speak


def _fail(sentence: str, code: int) -> int:
    tell(sentence)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
