"""Which sound a picture is drawn from. Picture i of a reply belongs to samples [640 i, 640 i + 640).

Every picture gets a window of its own, always of the same shape: to encode one anew for each picture costs 0.07 % of
what drawing it costs, and in return a picture depends neither on how the sound came in nor on which others are drawn
beside it, and nothing ever waits for a group to be complete.

                     left context, 1.22 s                 the model's ten tokens     1 more
    |-----------------------------------------------------|----------------------------|----|
    2i - 65                                              2i - 4        2i           2i + 5   2i + 6
"""

from __future__ import annotations

from .spec import (
    FFT_SAMPLES,
    HOP_SAMPLES,
    HOPS_PER_TOKEN,
    PICTURE_MS,
    PICTURE_SAMPLES,
    TOKENS_BEFORE,
    TOKENS_PER_PICTURE,
    TOKENS_WINDOW,
)

# A multiple of 8, as matrix units like it; about 1 s on the left is what whisper needs to know the voice.
WINDOW_TOKENS = 72
WINDOW_COLUMNS = WINDOW_TOKENS * HOPS_PER_TOKEN
# The encoder's outermost token sees the end of the window, so it is not one of the model's.
TOKENS_AFTER = 1
# Of a window's tokens, those that the model is given.
MODEL_FROM = WINDOW_TOKENS - TOKENS_AFTER - TOKENS_WINDOW
MODEL_TO = WINDOW_TOKENS - TOKENS_AFTER

# Whole pictures of sound behind its own that must be there before a picture can be drawn.
LOOK_AHEAD_PICTURES = 3
LOOK_AHEAD_MS = LOOK_AHEAD_PICTURES * PICTURE_MS


def window_columns(picture: int) -> tuple[int, int]:
    """First and last (excluded) column of the picture's spectrogram; before 0 there is silence."""
    last_token = picture * TOKENS_PER_PICTURE - TOKENS_BEFORE + TOKENS_WINDOW + TOKENS_AFTER
    end = last_token * HOPS_PER_TOKEN
    return end - WINDOW_COLUMNS, end


def samples_needed(picture: int) -> int:
    """Samples from the start of the reply up to the last one that the picture's window touches."""
    _, end = window_columns(picture)
    return (end - 1) * HOP_SAMPLES + FFT_SAMPLES // 2


def pictures_heard(samples: int) -> int:
    """How many pictures can be drawn after so many samples, while more may come."""
    return max(0, samples // PICTURE_SAMPLES - LOOK_AHEAD_PICTURES)
