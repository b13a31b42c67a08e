"""A model in the layout of XTTS v2 that loads by the code that loads the published one: config.json, model.pth, vocab.json
and speakers_xtts.pth. Its GPT is narrow and shallow; vocoder and speaker encoder are as wide as they always are. Nobody
taught it anything: it hums, and never ends by itself, or after a number of tokens, whatever it says.

    python test/coqui/tiny_xtts.py FOLDER [TOKENS]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from TTS.config.shared_configs import BaseDatasetConfig
from TTS.tts.configs.xtts_config import XttsArgs, XttsAudioConfig, XttsConfig
from TTS.tts.models.xtts import Xtts

WIDTH = 64
SPEAKER = 512
STOP = 1025
SPEAKERS = ("Ada Example", "Ben Example")
SPECIALS = ("[STOP]", "[UNK]", "[SPACE]")
LANGUAGES = ("en", "de", "zh-cn")
LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß0123456789.,;:!?'-()"


def make(folder: Path, ends_after: int | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    _tokenizer().save(str(folder / "vocab.json"))
    config = _config()
    model = Xtts(config)
    state = _weights(model)
    _end(state, ends_after)
    # The published file keeps its configuration as objects, of classes that have moved since.
    config.datasets = [BaseDatasetConfig()]
    with _as_then(XttsArgs), _as_then(XttsAudioConfig):
        torch.save({"config": config, "model": state}, folder / "model.pth")
    config.save_json(str(folder / "config.json"))
    torch.save({name: _speaker() for name in SPEAKERS}, folder / "speakers_xtts.pth")
    return folder


@contextmanager
def _as_then(kind: type) -> Iterator[None]:
    now, kind.__module__ = kind.__module__, "TTS.tts.models.xtts"
    try:
        yield
    finally:
        kind.__module__ = now


def _tokenizer() -> Tokenizer:
    words = [*SPECIALS[:2], "[START]", *SPECIALS[2:], *(f"[{language}]" for language in LANGUAGES), *LETTERS]
    tokenizer = Tokenizer(models.BPE({word: n for n, word in enumerate(words)}, [], unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens([word for word in words if len(word) > 1])
    return tokenizer


def _config() -> XttsConfig:
    # Numbers of tokens as the published configuration has them; widths and depths are our own.
    arguments = XttsArgs(
        gpt_layers=2,
        gpt_n_model_channels=WIDTH,
        gpt_n_heads=4,
        gpt_number_text_tokens=_tokenizer().get_vocab_size(),
        gpt_start_text_token=2,
        gpt_stop_text_token=0,
        gpt_num_audio_tokens=1026,
        gpt_start_audio_token=1024,
        gpt_stop_audio_token=STOP,
        gpt_use_perceiver_resampler=True,
        decoder_input_dim=WIDTH,
        d_vector_dim=SPEAKER,
    )
    return XttsConfig(
        model_args=arguments,
        languages=list(LANGUAGES),
        gpt_cond_len=30,
        gpt_cond_chunk_len=4,
        max_ref_len=30,
    )


def _weights(model: Xtts) -> dict[str, torch.Tensor]:
    """Every large tensor is a window into the same random numbers, which the file holds once: 90 MB become 10."""
    state = model.state_dict()
    learned = {name for name, _ in model.named_parameters()}
    # Small enough that nothing runs off to infinity in the 34 layers of the speaker encoder.
    numbers = torch.randn(max(tensor.numel() for tensor in state.values())) * 0.03
    weights: dict[str, torch.Tensor] = {}
    for name, tensor in state.items():
        if name in learned and tensor.ndim > 1 and tensor.numel() > 10_000:
            tensor = numbers[: tensor.numel()].view(tensor.shape)
        # As older versions of torch, and so the published file, name the halves of a normalised weight.
        name = name.replace("parametrizations.weight.original0", "weight_g")
        name = name.replace("parametrizations.weight.original1", "weight_v")
        weights[name] = tensor
    return weights


def _end(weights: dict[str, torch.Tensor], after: int | None) -> None:
    """Makes the token of the end impossible, or for as long as a position's first number is below zero."""
    if after is None:
        weights["gpt.mel_head.bias"][STOP] = -1e4
        return
    places = weights["gpt.mel_pos_embedding.emb.weight"].clone()
    # So large that nothing else in the vector counts once it is normalised.
    places[:, 0] = 10 * (torch.arange(len(places)) - after + 0.5)
    head = weights["gpt.mel_head.weight"].clone()
    head[STOP] = 0
    head[STOP, 0] = 1000
    weights |= {"gpt.mel_pos_embedding.emb.weight": places, "gpt.mel_head.weight": head}


def _speaker() -> dict[str, torch.Tensor]:
    embedding = torch.nn.functional.normalize(torch.randn(1, SPEAKER, 1), dim=1)
    return {"gpt_cond_latent": torch.randn(1, 32, WIDTH), "speaker_embedding": embedding}


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
