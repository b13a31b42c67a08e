"""The numbers of MuseTalk 1.5 that everything else is built on. Whoever reads its specification finds each rule here,
or in the one file that is named beside it.
"""

from __future__ import annotations

# Time ----------------------------------------------------------------------------------------------------------------

# The rate that the model was trained at. Other rates move the window of sound off its picture.
PICTURES_PER_SECOND = 25
SAMPLE_RATE = 16_000
PICTURE_SAMPLES = SAMPLE_RATE // PICTURES_PER_SECOND
PICTURE_MS = 1000 // PICTURES_PER_SECOND

# Sound (mel.py) ------------------------------------------------------------------------------------------------------

MELS = 80
FFT_SAMPLES = 400
# One column of the spectrogram.
HOP_SAMPLES = 160
# What lies below the loudest of a window by more than this (log10 of power) is cut off at it.
MEL_RANGE = 8.0

# Tokens of whisper's encoder (whisper.py, windows.py) -----------------------------------------------------------------

# Its second convolution takes every other column.
HOPS_PER_TOKEN = 2
TOKEN_SAMPLES = HOPS_PER_TOKEN * HOP_SAMPLES
TOKENS_PER_PICTURE = PICTURE_SAMPLES // TOKEN_SAMPLES
# Picture i is drawn from tokens 2i - 4 up to and without 2i + 6.
TOKENS_BEFORE = 4
TOKENS_WINDOW = 10
# The sum of the two positions and of the four layers' outputs.
STATES = 5
# What the picture model is given for one picture: ten tokens, of each its five states.
AUDIO_TOKENS = TOKENS_WINDOW * STATES

# Pictures (unet.py, vae.py, prepare/) ---------------------------------------------------------------------------------

# The side of the square that the model sees and draws, and of the latents that stand for it.
FACE_PIXELS = 256
LATENT_PIXELS = FACE_PIXELS // 8
# Masked latents, then those of the whole crop.
LATENT_CHANNELS = 8
# The rows of the crop from here on are hidden from the model: it draws them.
HIDDEN_FROM_ROW = FACE_PIXELS // 2
# stabilityai/sd-vae-ft-mse; its configuration file does not say it.
VAE_SCALING = 0.18215
# Pixels that version 1.5 adds below the chin.
EXTRA_MARGIN = 10
# The square around the face in which the mask is blurred, against the face's own longer side.
CROP_FACTOR = 1.5
