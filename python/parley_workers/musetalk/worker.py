"""The engine `musetalk`: loads the models, measures what they cost here, and animates the replies of all callers."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..engine import Chunk, Context, Engine, Method, SettingsError, WorkerError
from .admission import MOST_SHARED, Admission, rate_for
from .device import chosen, memory, named
from .drawing import Drawing
from .faces import Faces
from .measures import Measures
from .options import read_options
from .pace import pictures_per_second
from .painter import Painter
from .reply import READ_AHEAD, Reply
from .start import WarmedUp, warmed_up
from .studio import open_studio
from .windows import LOOK_AHEAD_MS

# Below this a CPU was asked for what only a GPU can do: one reply would move its mouth once in half a second. Who says
# how many replies are to be taken on is believed.
_SLOWEST = 2.0
# The thread that reads the wire gets the interpreter so often, however busy the others are: pings wait for it.
SWITCH_S = 0.001


def load(settings: dict[str, Any]) -> Engine:
    folder = settings.get("models")
    if not isinstance(folder, str):
        raise SettingsError("settings.models must name the folder of the models")
    sys.setswitchinterval(SWITCH_S)
    device, precision = chosen(str(settings.get("device", "auto")), str(settings.get("precision", "auto")))
    options = read_options(settings.get("options"))
    warm = warmed_up(Path(folder), device, precision, options)
    costs = warm.costs
    rate = max(size / seconds for size, seconds in costs.items())
    if rate < _SLOWEST and settings.get("replies") is None:
        raise SettingsError(
            f"this {named(device)} draws {rate:.2f} pictures a second, and one caller needs 25: it needs a GPU"
        )
    admission = _admission(settings.get("replies"), warm)
    measures = Measures()
    painter = Painter(warm.models, warm.strokes, measures, warm.decoder)
    faces = Faces(warm.models.vae_hash, painter.upload, options.face_megabytes * 1024**2)
    drawing = Drawing(painter, costs, measures)
    info = {
        "device": named(device),
        "precision": precision,
        "decoder": options.decoder,
        "picturesPerSecond": round(rate, 1),
        "replies": admission.most,
        "repliesAtFullRate": admission.at_full_rate,
        "lookAheadMs": LOOK_AHEAD_MS,
        "readAhead": READ_AHEAD,
        "batchMs": {str(size): round(seconds * 1000, 2) for size, seconds in costs.items()},
    }

    def stats() -> dict[str, float]:
        counted = {
            "replies": admission.replies,
            "queue_age_ms": drawing.oldest * 1000,
            "pictures_waiting": drawing.waiting,
            "pictures_shared": admission.shared,
        }
        return {**measures.values(), **counted, **memory(device)}

    methods = {"learn": faces.learn, "recall": faces.recall, "animate": _animate(faces, drawing, admission)}
    return Engine(methods, info, stats)


def _admission(replies: object, warm: WarmedUp) -> Admission:
    """The operator may know better what the device has to spare: so many at once, at the full rate."""
    if replies is None:
        studio = open_studio(warm)
        return Admission(pictures_per_second(studio), pictures_per_second(studio, MOST_SHARED))
    if type(replies) is not int or not 1 <= replies <= 1000:
        raise SettingsError("settings.replies must be a number of replies, 1 to 1000")
    return Admission(rate_for(replies))


def _base(params: dict[str, Any]) -> int:
    base = params.get("base", 0)
    if type(base) is not int or base < 0:
        raise WorkerError("internal", f"a reply cannot begin at base picture {base}", retryable=False)
    return base


def _animate(faces: Faces, drawing: Drawing, admission: Admission) -> Method:
    def animate(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
        """Frames of PCM in, 640 samples each; for each one a picture out: `index`, `base`, and a patch if the mouth
        moves.
        """
        face = faces.get(params.get("face"))
        with admission.reply():
            reply = Reply(face, _base(params), drawing, lambda: admission.shared)
            # It may be waiting for the device, which is busy with others.
            context.on_cancel(reply.leave)
            try:
                threading.Thread(target=reply.listen, args=(chunks,), name="listening", daemon=True).start()
                yield from reply.pictures()
            finally:
                reply.leave()

    return animate
