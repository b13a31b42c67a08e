"""Which files the models consist of: where they come from, where they lie, and the refusal that names a missing one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..engine import SettingsError
from ..hub import HubFile

# The parts, as `fetch --revision PART=COMMIT` names them.
REPOSITORIES = {
    "unet": "TMElyralab/MuseTalk",
    "vae": "stabilityai/sd-vae-ft-mse",
    "whisper": "openai/whisper-tiny",
    "small": "madebyollin/taesd",
}


@dataclass(frozen=True)
class WeightFile:
    part: str
    # Path in the repository, and below the folder of models.
    remote: str
    local: str
    # About; for the reader. The hub says how many exactly.
    megabytes: float

    @property
    def repository(self) -> str:
        return REPOSITORIES[self.part]

    @property
    def is_pickle(self) -> bool:
        return self.local.endswith((".pth", ".bin"))

    @property
    def converted(self) -> str:
        """The same weights as safetensors, beside the pickle. Any other file is used as it is."""
        return str(Path(self.local).with_suffix(".safetensors")) if self.is_pickle else self.local

    def on_the_hub(self, revision: str | None) -> HubFile:
        """Pickles may be removed once they are converted."""
        made = self.converted if self.is_pickle else None
        return HubFile(self.repository, self.remote, self.local, revision, made)


UNET = WeightFile("unet", "musetalkV15/unet.pth", "musetalkV15/unet.pth", 3400)
UNET_SETTINGS = WeightFile("unet", "musetalkV15/musetalk.json", "musetalkV15/musetalk.json", 0.001)
VAE = WeightFile("vae", "diffusion_pytorch_model.bin", "sd-vae/diffusion_pytorch_model.bin", 335)
VAE_SETTINGS = WeightFile("vae", "config.json", "sd-vae/config.json", 0.001)
WHISPER = WeightFile("whisper", "pytorch_model.bin", "whisper/pytorch_model.bin", 151)
WHISPER_SETTINGS = WeightFile("whisper", "config.json", "whisper/config.json", 0.002)
# Nothing here reads it (its numbers are in spec.py); the public reference does, from the same folder.
WHISPER_SOUND = WeightFile("whisper", "preprocessor_config.json", "whisper/preprocessor_config.json", 0.2)

# Small ones first: a repository that cannot be read is found out before gigabytes have come.
FILES = (UNET_SETTINGS, VAE_SETTINGS, WHISPER_SETTINGS, WHISPER_SOUND, WHISPER, VAE, UNET)

# Wanted only by those who choose the decoder "small".
SMALL_DECODER = WeightFile(
    "small", "diffusion_pytorch_model.safetensors", "taesd/diffusion_pytorch_model.safetensors", 9.8
)


@dataclass(frozen=True)
class Places:
    """Files that exist, as far as `require` made it."""

    unet: Path
    unet_settings: Path
    vae: Path
    vae_settings: Path
    whisper: Path
    whisper_settings: Path


def require(folder: Path) -> Places:
    """The files that loading needs: the converted ones and their settings, and not the pickles."""
    found = {name: _require(folder, file) for name, file in _NEEDED.items()}
    return Places(**found)


_NEEDED = {
    "unet_settings": UNET_SETTINGS,
    "unet": UNET,
    "vae_settings": VAE_SETTINGS,
    "vae": VAE,
    "whisper_settings": WHISPER_SETTINGS,
    "whisper": WHISPER,
}


def _require(folder: Path, file: WeightFile) -> Path:
    path = folder / file.converted
    if path.is_file():
        return path
    if file.is_pickle and (folder / file.local).is_file():
        raise SettingsError(
            f"{folder / file.local} has not been converted yet: "
            f"run python -m parley_workers.musetalk fetch --convert-only --into {folder}"
        )
    raise SettingsError(
        f"{path} is missing: run python -m parley_workers.musetalk fetch --into {folder}, "
        "or set MUSETALK_MODELS_DIR to the folder that has it"
    )
