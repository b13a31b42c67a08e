"""How many pictures a second come out of the whole way, from windows of sound to JPEGs, as the drawing loop takes it: what
is laid over and encoded may cost more than the models do. Measured at start, for admission.py.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .drawing import ENCODERS, Pending
from .jpeg import encode_rgb
from .studio import Studio

# Batches, behind one for the caches.
_ROUNDS = 5


def pictures_per_second(studio: Studio, shared: int = 1) -> float:
    """With the size of batch that gives most; `shared`: for how many pictures in a row a drawn mouth serves."""
    costs = studio.warm.costs
    size = max(costs, key=lambda size: size / costs[size])
    orders = studio.orders(size, shared=shared)
    with ThreadPoolExecutor(ENCODERS) as encoders:

        def start() -> Pending:
            return studio.painter.start(orders, size)

        def finish(pending: Pending) -> None:
            list(encoders.map(encode, pending.patches()))

        def encode(pictures: Sequence[np.ndarray | None]) -> None:
            for pixels in pictures:
                if pixels is not None:
                    encode_rgb(pixels, studio.face.quality)

        finish(start())
        began = time.perf_counter()
        pending = start()
        for _ in range(_ROUNDS - 1):
            following = start()
            finish(pending)
            pending = following
        finish(pending)
    return _ROUNDS * size * shared / (time.perf_counter() - began)
