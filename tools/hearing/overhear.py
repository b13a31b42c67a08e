"""Lets the engine hear the sounds of interrupt.py as if they came live, and keeps what it said and when in
OUT/overheard.json. The clock is that of the sound; what the engine computes is added to it as it would delay its words.

    PYTHONPATH=python python tools/hearing/overhear.py wordings.json OUT
"""

from __future__ import annotations

import json
import sys
import threading
import time
import wave
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import hear
from parley_workers.engine import Chunk, Context
from parley_workers.engines.pocketsphinx.listen import listening
from parley_workers.engines.pocketsphinx.places import Places
from parley_workers.engines.pocketsphinx.sound import RATE

# What a turn brings along from before its first sound; then a frame of the voice detector at a time. 100 ms of silence
# are noticed 170 ms after the last sound.
PREFIX, FRAME, PAUSE = round(0.4 * RATE), 512, round(0.17 * RATE)


class LiveSound:
    """Pieces that come when they were spoken, to a listener who takes its time."""

    def __init__(self, pcm: bytes, row: dict[str, Any]) -> None:
        self._pcm = pcm
        self._row = row
        self._now = 0.0
        self._since = time.process_time()

    @property
    def now(self) -> float:
        """Seconds after the first sound."""
        return self._now + time.process_time() - self._since

    def pieces(self) -> Iterator[Chunk]:
        first, opens = self._row["first"], self._row["opens"]
        end = self._row["last"] + PAUSE if self._row["text"] else len(self._pcm) // 2
        at = max(0, opens - 2 * FRAME - PREFIX)
        for to in range(opens, end + FRAME, FRAME):
            self._now = max(self.now, (to - first) / RATE)
            self._since = time.process_time()
            yield Chunk({}, self._pcm[2 * at : 2 * to])
            at = to


def overhear(file: Path, row: dict[str, Any]) -> dict[str, Any]:
    with wave.open(str(file)) as sound:
        live = LiveSound(sound.readframes(sound.getnframes()), row)
    context = Context(threading.Event(), lambda level, message, fields: None)
    method = listening(Places([hear.ear], 0.0), lambda: live.now)
    return row | {"said": [chunk.data | {"at": live.now} for chunk in method({}, live.pieces(), context)]}


def main(wordings_file: str, folder: Path) -> None:
    grammar = json.loads(Path(wordings_file).read_text())["grammar"]
    opens = json.loads((folder / "opens.json").read_text())
    rows = [row | {"opens": opens[row["file"]]} for row in json.loads((folder / "list.json").read_text())]
    heard = [(folder / row["file"], row) for row in rows if row["opens"] is not None]
    with Pool(2, hear.prepare, (grammar,)) as pool:
        said = pool.starmap(overhear, heard, chunksize=4)
    silent = [row | {"said": []} for row in rows if row["opens"] is None]
    (folder / "overheard.json").write_text(json.dumps(said + silent))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
