"""Sound as it comes over the wire: 16-bit samples, 16,000 a second, in bodies of any length."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine import Chunk

RATE = 16_000
BYTES_OF_A_SECOND = 2 * RATE
# 100 ms, heard in about 20 ms: PocketSphinx keeps the interpreter to itself meanwhile.
BLOCK_BYTES = BYTES_OF_A_SECOND // 10


def blocks(chunks: Iterator[Chunk]) -> Iterator[bytes]:
    """The same sound in pieces that are decoded in no time, none of which cuts a sample."""
    rest = b""
    for chunk in chunks:
        sound = rest + bytes(chunk.body)
        whole = len(sound) - len(sound) % BLOCK_BYTES
        for at in range(0, whole, BLOCK_BYTES):
            yield sound[at : at + BLOCK_BYTES]
        rest = sound[whole:]
    if len(rest) > 1:
        yield rest[: len(rest) - len(rest) % 2]
