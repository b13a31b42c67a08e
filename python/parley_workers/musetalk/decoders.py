"""The ways from the picture model's latents to a face, of which options.py chooses one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch.nn.functional as F  # noqa: N812 - its usual name.
from torch import Tensor

from .face_file import MASK_PIXELS, FaceFile, FaceFileError
from .models import Models, onto
from .options import Options
from .spec import FACE_PIXELS
from .taesd import load_small_decoder
from .vae import Vae

# Of the lower half: masks made here begin at this row at the highest (prepare/mask.py). With four latent rows more the
# error is 0.2 levels on average, and with the 13 that convolutions reach half of what it saves would be gone.
FIRST_ROW = 104
HALO_ROWS = 4


@dataclass(frozen=True)
class Decoder:
    # Latents [B, 4, 32, 32], and for each face what `learn` gave, to [B, 3, 256, 256]; the row `first_row` goes on
    # above it.
    decode: Callable[..., Tensor]
    first_row: int = 0
    # What has to be known of a face beforehand: of [n, 4, 32, 32], whole faces, one row each.
    learn: Callable[[Tensor], Tensor] | None = None

    def check(self, file: FaceFile) -> None:
        """Refuses a face of which something would show that is not drawn."""
        if file.masks[:, : self.first_row * MASK_PIXELS // FACE_PIXELS].any():
            raise FaceFileError(f"its mask begins above row {self.first_row}, where this worker does not draw")


def open_decoder(options: Options, models: Models, folder: Path) -> Decoder:
    if options.decoder == "lower":
        return _lower_half(models.vae)
    if options.decoder == "small":
        return Decoder(onto(load_small_decoder(folder), models.device, models.dtype, options.channels_last))
    return Decoder(models.vae)


def _lower_half(vae: Vae) -> Decoder:
    def decode(latents: Tensor, upper: Tensor) -> Tensor:
        drawn = vae.decode_lower(latents, HALO_ROWS, FIRST_ROW, upper)
        # Whoever samples between the rows at the edge must not find black there.
        return F.pad(drawn, (0, 0, FIRST_ROW, 0), mode="replicate")

    return Decoder(decode, FIRST_ROW, lambda latents: vae.measure_upper(latents, HALO_ROWS, FIRST_ROW))
