"""python test/torch/studio.py FOLDER [PICTURES swings|closes]: what a server needs to draw filmed faces, in its real
layout: FOLDER/models with tiny random models, converted, and FOLDER/avatars/anna and bea, made-up avatars that fit them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "python"), str(Path(__file__).parents[2] / "python")]

import musetalk_avatar  # noqa: E402
import numpy as np  # noqa: E402
import tiny_models  # noqa: E402
import torch  # noqa: E402
from parley_workers.musetalk.convert import convert_folder  # noqa: E402
from parley_workers.musetalk.models import file_hash  # noqa: E402
from parley_workers.musetalk.vae import load_vae  # noqa: E402
from parley_workers.musetalk.weights import require  # noqa: E402

SIZE = 256


def main() -> None:
    folder = Path(sys.argv[1])
    count, loop = sys.argv[2:] if len(sys.argv) > 2 else ("20", "swings")
    models = folder / "models"
    models.mkdir(parents=True)
    tiny_models.make(models)
    convert_folder(models, lambda line: None)
    places = require(models)
    pictures = np.stack(musetalk_avatar.base_pictures(int(count), SIZE, SIZE))
    with torch.inference_mode():
        latents = (
            load_vae(places.vae_settings, places.vae).encode_pair(torch.from_numpy(pictures)).numpy().astype(np.float16)
        )
    for name in ("anna", "bea"):
        musetalk_avatar.avatar(
            name,
            len(pictures),
            folder / "avatars" / name,
            swings=loop == "swings",
            vae=file_hash(places.vae),
            latents=latents,
        )


if __name__ == "__main__":
    main()
