"""The model itself: text and a voice in, sound in pieces out; recordings in, a voice out. Read from files only: nothing of
the package's model manager, which downloads and asks questions, is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine import SettingsError, WorkerError
from ...speech.device import first_line, has_no_room
from ...speech.sound import RATE, floats
from .files import MEND, Files
from .options import Options
from .voice_file import Voice

Sound = NDArray[np.float32]
# Called for each token of sound; it may raise.
Check = Callable[[], None]
# What the model says of a text that it cannot take.
FAULTS = (ValueError, IndexError, AssertionError)


@dataclass(frozen=True)
class Model:
    # Text, voice, speed, the most tokens of sound, and who looks whether it is still wanted.
    say: Callable[[str, Voice, float, int, Check], Iterator[Sound]]
    # Recordings of one person, at 24 kHz.
    learn: Callable[[list[Sound]], Voice]


def load_model(files: Files, device: str, options: Options) -> Model:
    import torch

    if options.threads is not None:
        torch.set_num_threads(options.threads)
    network = _network(files, device)

    def say(text: str, voice: Voice, speed: float, most_tokens: int, check: Check) -> Iterator[Sound]:
        if options.seed is not None:
            torch.manual_seed(options.seed)
        pieces = network.inference_stream(
            text,
            options.language,
            torch.from_numpy(voice.gpt_cond_latent),
            torch.from_numpy(voice.speaker_embedding),
            stream_chunk_size=options.stream_chunk,
            temperature=options.temperature,
            length_penalty=options.length_penalty,
            repetition_penalty=options.repetition_penalty,
            top_k=options.top_k,
            top_p=options.top_p,
            speed=speed,
            stopping_criteria=[_until(most_tokens, check)],
        )
        try:
            for piece in pieces:
                yield floats(piece)
        except FAULTS as error:
            raise WorkerError("tts_failed", f"XTTS could not say {len(text)} letters: {first_line(error)}") from error

    def learn(recordings: list[Sound]) -> Voice:
        # What the package does with files, without the files. How much of them is heard stands in the configuration.
        config = network.config
        sounds = [torch.from_numpy(sound[: RATE * config.max_ref_len])[None] for sound in recordings]
        if config.sound_norm_refs:
            sounds = [sound / sound.abs().max() * 0.75 for sound in sounds]
        embedding = torch.stack([network.get_speaker_embedding(sound, RATE) for sound in sounds]).mean(dim=0)
        latent = network.get_gpt_cond_latents(
            torch.cat(sounds, dim=-1), RATE, length=config.gpt_cond_len, chunk_length=config.gpt_cond_chunk_len
        )
        return Voice(_array(latent), _array(embedding))

    return Model(say, learn)


def read_speakers(files: Files) -> dict[str, Voice]:
    import torch

    try:
        speakers = torch.load(files.speakers, map_location="cpu", weights_only=True)
        voices = {
            str(name): Voice(_array(one["gpt_cond_latent"]), _array(one["speaker_embedding"]))
            for name, one in speakers.items()
        }
    except Exception as error:
        raise SettingsError(f"{files.speakers} is no file of speakers: {first_line(error)}; {MEND}") from error
    if not voices:
        raise SettingsError(f"{files.speakers} has no speakers: {MEND}")
    return voices


def _network(files: Files, device: str) -> Any:
    from transformers.utils import logging
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.models.xtts import Xtts

    # It warns of numbers of tokens that XTTS does not use.
    logging.set_verbosity_error()

    class Read(Xtts):
        def _load_checkpoint(self, model_path: Path) -> dict[str, Any]:
            """The package's own writes the file anew, 1.9 GB, when it finds an object for a configuration in it, as in
            the published one. Ours are only read."""
            return _read_weights(model_path)

    try:
        config = XttsConfig()
        config.load_json(str(files.config))
        network = Read(config)
        # No file of speakers: they are read on the CPU, by read_speakers.
        network.load_checkpoint(
            config,
            checkpoint_path=str(files.weights),
            vocab_path=str(files.vocabulary),
            speaker_file_path="",
            use_deepspeed=False,
        )
    except Exception as error:
        raise SettingsError(f"{files.weights} cannot be loaded: {first_line(error)}; {MEND}") from error
    return _placed(network, device)


def _placed(network: Any, device: str) -> Any:
    try:
        return network.to(device)
    except Exception as error:
        if has_no_room(error):
            raise
        raise SettingsError(f"device {device}: {first_line(error)}") from error


def _read_weights(path: Path) -> dict[str, Any]:
    """Tensors, and the classes of the configuration beside them; a file with anything else in it is refused."""
    import torch
    from TTS.config.shared_configs import BaseDatasetConfig
    from TTS.tts.configs.xtts_config import XttsArgs, XttsAudioConfig, XttsConfig

    known = [
        BaseDatasetConfig,
        XttsConfig,
        XttsArgs,
        XttsAudioConfig,
        # Where they lay when the published file was written.
        (XttsArgs, "TTS.tts.models.xtts.XttsArgs"),
        (XttsAudioConfig, "TTS.tts.models.xtts.XttsAudioConfig"),
    ]
    with torch.serialization.safe_globals(known):
        return torch.load(path, map_location="cpu", weights_only=True)["model"]


def _until(most_tokens: int, check: Check) -> Callable[..., Any]:
    import torch

    tokens = 0

    def is_over(ids: Any, scores: Any, **rest: Any) -> Any:
        nonlocal tokens
        check()
        tokens += 1
        return torch.full((ids.shape[0],), tokens >= most_tokens, dtype=torch.bool, device=ids.device)

    return is_over


def _array(tensor: Any) -> NDArray[np.float32]:
    """As it is, also where it is no number: whoever asked decides about that."""
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())
