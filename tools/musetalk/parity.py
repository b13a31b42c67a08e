"""How far this worker's results are from those of the public reference (github.com/TMElyralab/MuseTalk), on the same
weights, sound and picture. Random weights do: python test/torch/tiny_models.py FOLDER makes them.

    PYTHONPATH=python python tools/musetalk/parity.py --reference CHECKOUT --models FOLDER --audio WAV --frames DIR

FOLDER needs the pickles (the reference reads nothing else) and what `fetch --convert-only` makes of them; --box is the
face in the pictures. Runs on the CPU in 32 bits. The reference's own modules are used for the sound's windows, latents,
positional code, decoding and blending; of its scripts only the few lines between them are repeated here. Its landmarks
and its face parsing need mmpose and other weights: they are not compared.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sys
import tempfile
import types
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from parley_workers.musetalk import mel, windows
from parley_workers.musetalk.compose import Spot, compose
from parley_workers.musetalk.hearing import Hearing
from parley_workers.musetalk.models import Models, load_models
from parley_workers.musetalk.spec import CROP_FACTOR, FFT_SAMPLES, HOP_SAMPLES, PICTURE_SAMPLES, SAMPLE_RATE, STATES
from parley_workers.musetalk.weights import UNET, UNET_SETTINGS, VAE, VAE_SETTINGS
from torch import Tensor

Box = tuple[int, ...]

# Pictures at either end of a sound that are not compared.
EDGE = 3
# Of decoding the lower half alone.
HALO_ROWS = 4
FIRST_ROW = 104


def main() -> None:
    choice = _choices()
    _stand_in()
    sys.path.insert(0, str(choice.reference))
    ours = load_models(choice.models, "cpu", "fp32")
    theirs = _load_theirs(choice.models)
    pictures = _pictures(choice)
    with torch.inference_mode():
        sound = _compare_sound(ours, choice.models, choice.audio)
        for number, picture in enumerate(pictures[: len(sound)]):
            print(f"picture {number}")
            _compare_picture(ours, theirs, picture, choice.box or _middle(picture), sound[number : number + 1])


def _compare_sound(ours: Models, folder: Path, audio: Path) -> Tensor:
    """[n, 50, width], the reference's."""
    from musetalk.utils.audio_processor import AudioProcessor
    from transformers import WhisperModel

    processor = AudioProcessor(str(folder / "whisper"))
    spectrograms, length = processor.get_audio_feature(str(audio))
    whisper = WhisperModel.from_pretrained(str(folder / "whisper"), attn_implementation="eager").eval()
    theirs = processor.get_whisper_chunk(spectrograms, "cpu", torch.float32, whisper, length)
    states = whisper.encoder(spectrograms[0], output_hidden_states=True).hidden_states
    show("encoder, the same 30 s", ours.encoder(spectrograms[0]), torch.stack(states, dim=2))
    samples = _samples(audio)
    show("spectrogram", _spectrogram(samples), spectrograms[0][:, :, : len(samples) // HOP_SAMPLES])
    streamed = _streamed(ours, samples)[: len(theirs)]
    # Until its window is full of sound, a picture is drawn partly from silence.
    full = next(number for number in range(len(theirs)) if windows.window_columns(number)[0] >= 0)
    # The outermost pictures differ by rule: the reference puts zero features there, the worker silence.
    for name, part in (("first 1.3 s", slice(EDGE, full)), ("later", slice(full, -EDGE))):
        for state in range(STATES):
            alike = streamed[part, state::STATES], theirs[part, state::STATES]
            show(f"sound of each picture, streamed, {name}, state {state}", *alike)
    return theirs


@dataclass(frozen=True)
class Theirs:
    vae: Any
    unet: Any


def _compare_picture(ours: Models, theirs: Theirs, picture: np.ndarray, box: Box, sound: Tensor) -> None:
    left, top, right, bottom = box
    crop = cv2.resize(picture[top:bottom, left:right], (256, 256), interpolation=cv2.INTER_LANCZOS4)
    latents = _compare_latents(ours, theirs.vae, crop)
    our_face, their_face = _compare_drawing(ours, theirs, latents, sound)
    _compare_blending(picture, box, our_face, their_face)


def _compare_latents(ours: Models, vae: Any, crop: np.ndarray) -> Tensor:
    parts = [vae.preprocess_img(crop, half_mask=half) for half in (True, False)]
    # It draws a sample; training compares modes, and so does this.
    theirs = torch.cat([vae.vae.encode(part).latent_dist.mode() * vae.scaling_factor for part in parts], dim=1)
    rgb = torch.from_numpy(np.ascontiguousarray(crop[None, :, :, ::-1]))
    show("latents", ours.vae.encode_pair(rgb), theirs)
    show("latents, against a sample of theirs", ours.vae.encode_pair(rgb), vae.get_latents_for_unet(crop))
    return theirs


def _compare_drawing(ours: Models, theirs: Theirs, latents: Tensor, sound: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Both faces, RGB."""
    from musetalk.models.unet import PositionalEncoding

    coded = PositionalEncoding(d_model=sound.shape[2])(sound)
    their_drawn = theirs.unet.model(latents, torch.tensor([0]), encoder_hidden_states=coded).sample
    our_drawn = ours.unet(latents, sound)
    show("drawn latents", our_drawn, their_drawn)
    their_face = np.ascontiguousarray(theirs.vae.decode_latents(their_drawn)[0][:, :, ::-1])
    our_face = _levels(ours.vae(our_drawn))
    show("decoded face, levels", our_face, their_face)
    for name, latest in (("its own", our_drawn), ("silence's", ours.unet(latents, torch.zeros_like(sound)))):
        upper = ours.vae.measure_upper(latest, HALO_ROWS, FIRST_ROW)
        lower = _levels(ours.vae.decode_lower(our_drawn, HALO_ROWS, FIRST_ROW, upper))
        show(f"its rows from {FIRST_ROW} on alone, {name} upper half, levels", lower, their_face[FIRST_ROW:])
    return our_face, their_face


def _compare_blending(picture: np.ndarray, box: Box, our_face: np.ndarray, their_face: np.ndarray) -> None:
    from musetalk.utils.blending import get_crop_box, get_image_blending

    left, top, right, bottom = box
    mask, size = _mask(), (right - left, bottom - top)
    patch = compose(picture[top:bottom, left:right, ::-1], our_face, mask, Spot(box=box, place=box), 1.0)
    crop_box, _ = get_crop_box(box, CROP_FACTOR)
    large = np.zeros((crop_box[3] - crop_box[1], crop_box[2] - crop_box[0]), np.uint8)
    x, y = left - crop_box[0], top - crop_box[1]
    large[y : y + size[1], x : x + size[0]] = cv2.resize(mask, size)
    scaled = cv2.resize(np.ascontiguousarray(their_face[:, :, ::-1]), size)
    blended = get_image_blending(picture, scaled, box, large, crop_box)[top:bottom, left:right, ::-1]
    show("blended, levels", patch, blended)


def _load_theirs(folder: Path) -> Theirs:
    from musetalk.models.unet import UNet as TheirUnet
    from musetalk.models.vae import VAE as TheirVae

    with tempfile.TemporaryDirectory() as apart:
        # Beside the converted file the library would take that one, and its old names would go untested.
        for file in (VAE, VAE_SETTINGS):
            shutil.copy(folder / file.local, apart)
        vae = TheirVae(model_path=apart)
    unet = TheirUnet(str(folder / UNET_SETTINGS.local), str(folder / UNET.local), device="cpu")
    vae.vae.eval()
    unet.model.eval()
    return Theirs(vae, unet)


def _levels(face: Tensor) -> np.ndarray:
    return face[0].permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8).numpy()


def _spectrogram(samples: np.ndarray) -> Tensor:
    """Columns as the worker takes them, with the loudest of the whole sound; before and after it there is silence."""
    columns = mel.columns(np.pad(samples, FFT_SAMPLES // 2))[:, : len(samples) // HOP_SAMPLES]
    return torch.from_numpy(mel.levelled(columns, float(columns.max())))[None]


def _streamed(ours: Models, samples: np.ndarray) -> Tensor:
    """[n, 50, width], as the worker hears it: frame by frame, never knowing what comes after the look-ahead."""
    hearing, states = Hearing(), []
    frames = (
        (np.pad(samples, (0, -len(samples) % PICTURE_SAMPLES)) * 32768).astype(np.int16).reshape(-1, PICTURE_SAMPLES)
    )
    for number, frame in enumerate(frames):
        hearing.push(frame)
        if number == len(frames) - 1:
            hearing.end()
        while len(states) < hearing.ready:
            window = torch.from_numpy(hearing.window(len(states)))[None]
            states.append(ours.encoder(window)[:, windows.MODEL_FROM : windows.MODEL_TO].flatten(1, 2))
    return torch.cat(states)


def _mask() -> np.ndarray:
    """An ellipse below the middle of the box, feathered."""
    mask = cv2.ellipse(np.zeros((128, 128), np.uint8), (64, 88), (40, 26), 0, 0, 360, 255, -1)
    return cv2.GaussianBlur(mask, (13, 13), 0)


def show(name: str, ours: Tensor | np.ndarray, theirs: Tensor | np.ndarray) -> None:
    a, b = (torch.as_tensor(x.copy() if isinstance(x, np.ndarray) else x).double().flatten() for x in (ours, theirs))
    alike = torch.nn.functional.cosine_similarity(a, b, dim=0)
    print(f"  {name}: mean {(a - b).abs().mean():.3g}, most {(a - b).abs().max():.3g}, cosine {alike:.6f}")


def _samples(audio: Path) -> np.ndarray:
    with wave.open(str(audio)) as sound:
        if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (SAMPLE_RATE, 1, 2):
            raise SystemExit(f"{audio} must be 16 kHz, one channel, 16 bits")
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float32) / 32768


def _stand_in() -> None:
    """For libraries of which the modules used here need one function each. The real ones are used where they are."""
    small = {
        "librosa": {"load": lambda file, sr: (_samples(Path(file)), sr)},
        "einops": {"rearrange": lambda x, pattern: x.flatten(1, 2)},
        "torchvision.transforms": {"Normalize": lambda mean, std: lambda x: (x - mean[0]) / std[0]},
    }
    for name, functions in small.items():
        top = name.partition(".")[0]
        if importlib.util.find_spec(top) is None:
            print(f"{top} is not installed: a stand-in for {name}.{next(iter(functions))} is used")
            sys.modules.setdefault(top, types.ModuleType(top))
            module = types.ModuleType(name) if name != top else sys.modules[top]
            vars(module).update(functions)
            sys.modules[name] = module
            if name != top:
                setattr(sys.modules[top], name.partition(".")[2], module)


def _pictures(choice: argparse.Namespace) -> list[np.ndarray]:
    if choice.frames:
        return [cv2.imread(str(file)) for file in sorted(choice.frames.iterdir())][: choice.count]
    video, pictures = cv2.VideoCapture(str(choice.video)), []
    while len(pictures) < choice.count and (read := video.read())[0]:
        pictures.append(read[1])
    return pictures


def _middle(picture: np.ndarray) -> Box:
    height, width = picture.shape[:2]
    return width // 4, height // 4, width * 3 // 4, height * 3 // 4


def _box(text: str) -> Box:
    left, top, right, bottom = (int(part) for part in text.split(","))
    return left, top, right, bottom


def _choices() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--models", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--audio", type=Path, required=True, metavar="WAV", help="16 kHz, one channel, up to 30 s")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--video", type=Path)
    source.add_argument("--frames", type=Path, metavar="DIR")
    parser.add_argument("--box", type=_box, metavar="LEFT,TOP,RIGHT,BOTTOM", help="default: the middle")
    parser.add_argument("--count", type=int, default=2, help="how many pictures (default: 2)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
