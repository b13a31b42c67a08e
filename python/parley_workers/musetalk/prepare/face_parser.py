"""The face parser from a file that somebody brought; torch is imported when it is opened and not before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...engine import SettingsError
from .errors import PreparationError


class NetworkParser:
    def __init__(self, file: Path, device: str) -> None:
        if not file.is_file():
            raise PreparationError(
                "no_models", f"The face parser {file} (--face-parser or MUSETALK_FACE_PARSER) is missing."
            )
        try:
            import torch

            from ..convert import ConversionError
            from ..device import chosen
            from .parsing_model import load_parsing_model, normalised
        except ImportError as error:
            raise PreparationError("no_models", f"Parsing faces needs torch and safetensors ({error}).") from error
        try:
            self._place, _ = chosen(device, "fp32")
            self._model: Any = load_parsing_model(file).to(self._place)
        except (SettingsError, ConversionError, RuntimeError) as error:
            raise PreparationError("no_models", f"The face parser cannot be used: {error}") from error
        self._torch: Any = torch
        self._normalised = normalised
        self.name = file.name

    def classes(self, square: np.ndarray) -> np.ndarray:
        """RGB uint8 [S, S, 3] -> what each pixel shows: uint8 [512, 512]."""
        with self._torch.inference_mode():
            scores = self._model(self._normalised(self._torch.from_numpy(square).to(self._place)))[0]
        if not self._torch.isfinite(scores).all():
            raise PreparationError(
                "no_models", f"{self.name} gave values that are no numbers: its weights are damaged."
            )
        return scores.argmax(dim=0).to(self._torch.uint8).cpu().numpy()
