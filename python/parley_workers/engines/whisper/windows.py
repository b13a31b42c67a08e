"""Where a long utterance is cut: Whisper hears 30 s at a time.

It can find its way through longer sound itself, by the times that it writes between its words. Cut beforehand, what was
heard stays heard: the beginning of a long utterance is decoded once, not again for every partial.
"""

from __future__ import annotations

import numpy as np

from .sound import FRAME, RATE

LONGEST_WINDOW = 29 * RATE
# The cut is looked for in the last so much of a window.
LOOKED_AT = 10 * RATE
# A pause between two words, as long as one should be to be cut in.
PAUSE_FRAMES = 10


def cut_of(levels: np.ndarray, length: int) -> int | None:
    """The sample before which a window ends, in the middle of its quietest fifth of a second; None: no need to cut.
    `levels` are those of the frames of these `length` samples.
    """
    if length <= LONGEST_WINDOW:
        return None
    first = (LONGEST_WINDOW - LOOKED_AT) // FRAME
    looked_at = levels[first : LONGEST_WINDOW // FRAME]
    means = np.convolve(looked_at, np.ones(PAUSE_FRAMES), "valid")
    # The last of equals: the longer the window, the fewer of them.
    quietest = len(means) - 1 - int(np.argmin(means[::-1]))
    return (first + quietest + PAUSE_FRAMES // 2) * FRAME
