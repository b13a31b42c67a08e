"""`python -m parley_workers.bridge kokoro|coqui < payload.json`: reads one JSON object, writes the file that it names, and
answers `{"duration": seconds}`. Whatever libraries print goes to stderr: nothing but the answer is ever on stdout.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import BinaryIO, TextIO

from .payload import Payload, PayloadError, read_payload
from .wav import write_wav

# Each imports what it needs only when it has something to say.
ENGINES = ("kokoro", "coqui")
# Nobody reads aloud more than that in one go; a larger payload is a mistake.
LARGEST_PAYLOAD = 4 * 1024 * 1024


def main(argv: Sequence[str]) -> int:
    answer = _claim_stdout()
    if len(argv) != 1 or argv[0] not in ENGINES:
        return _fail(f"expected one of: {', '.join(ENGINES)}", 2)
    try:
        payload = read_payload(argv[0], sys.stdin.buffer.read(LARGEST_PAYLOAD + 1), LARGEST_PAYLOAD)
        duration = speak(payload, _engine(argv[0]), answer.buffer)
    except PayloadError as error:
        return _fail(str(error), 2)
    except ImportError as error:
        return _fail(f"failed to import {argv[0]} dependencies: {error}; install them: {_install(argv[0])}", 1)
    except OSError as error:
        return _fail(str(error), 1)
    except Exception as error:  # noqa: BLE001 - a library may raise anything; its words belong on stderr.
        traceback.print_exc()
        return _fail(f"{type(error).__name__}: {error}", 1)
    answer.write(json.dumps({"duration": duration}) + "\n")
    answer.flush()
    return 0


Speak = Callable[[Payload], tuple[object, int]]


def speak(payload: Payload, engine: Callable[[], Speak], stdout: BinaryIO) -> float:
    """In seconds. For a text without words no model is loaded."""
    if not payload.text.strip():
        return write_wav(payload.output, [], payload.sample_rate, payload.sample_rate, stdout)
    sound, rate = engine()(payload)
    return write_wav(payload.output, sound, rate, payload.sample_rate, stdout)


def _engine(name: str) -> Callable[[], Speak]:
    def load() -> Speak:
        if name == "kokoro":
            from .kokoro import speak as engine
        else:
            from .coqui import speak as engine
        return engine

    return load


def _claim_stdout() -> TextIO:
    """Descriptor 1 leads to stderr from here on, for Python and for native libraries alike."""
    sys.stdout.flush()
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answer


def _fail(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return code


def _install(name: str) -> str:
    return f"npm run setup:local {name}, or python3 -m pip install {PACKAGES[name]}"


PACKAGES = {"kokoro": "kokoro soxr", "coqui": "coqui-tts torch torchaudio torchcodec soxr"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
