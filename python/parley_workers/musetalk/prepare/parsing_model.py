"""The network that tells 19 parts of a face apart: BiSeNet over ResNet-18, by the names of the published weights
(`79999_iter.pth` of github.com/zllrunning/face-parsing.PyTorch). Two of its outputs serve training alone: they are
neither built nor read.
"""

from __future__ import annotations

import pickle
import shlex
import tarfile
import zipfile
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...engine import SettingsError
from ..convert import ConversionError, read_pickle
from ..loading import fill, read_tensors
from .parsed_mask import PARSED_PIXELS

CLASSES = 19
# Of ImageNet's pictures: red, green and blue.
MEANS, DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
TRAINING_ONLY = ("conv_out16.", "conv_out32.")


class ParsingModel(nn.Module):
    """Normalised RGB [B, 3, H, W] -> [B, 19, H, W], the largest of which names the part; H and W are multiples of 32.

    All values here come from the file: build it on the meta device.
    """

    def __init__(self) -> None:
        super().__init__()
        self.cp = _Context()
        self.ffm = _Fusion(256)
        self.conv_out = nn.Sequential()
        self.conv_out.add_module("conv", _Unit(256, 256))
        self.conv_out.add_module("conv_out", nn.Conv2d(256, CLASSES, 1, bias=False))

    def forward(self, pictures: Tensor) -> Tensor:
        found = self.conv_out(self.ffm(torch.cat(self.cp(pictures), dim=1)))
        return functional.interpolate(found, pictures.shape[2:], mode="bilinear", align_corners=True)


class _Norm(nn.Module):
    """Batch normalisation by what training measured; torch's own would want the count of its batches, too."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.empty(channels)), nn.Parameter(torch.empty(channels))
        self.register_buffer("running_mean", torch.empty(channels))
        self.register_buffer("running_var", torch.empty(channels))

    def forward(self, x: Tensor) -> Tensor:
        return functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias)


class _Unit(nn.Module):
    def __init__(self, channels: int, out: int, kernel: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, kernel, padding=kernel // 2, bias=False)
        self.bn = _Norm(out)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(x)))


class _Block(nn.Module):
    """Of ResNet: two convolutions beside a shortcut."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, padding=1, bias=False)
        self.bn1 = _Norm(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn2 = _Norm(out)
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), _Norm(out))

    def forward(self, x: Tensor) -> Tensor:
        inner = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(inner + (self.downsample(x) if hasattr(self, "downsample") else x))


class _ResNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = _Norm(64)
        self.layer1 = nn.Sequential(_Block(64, 64, 1), _Block(64, 64, 1))
        self.layer2 = nn.Sequential(_Block(64, 128, 2), _Block(128, 128, 1))
        self.layer3 = nn.Sequential(_Block(128, 256, 2), _Block(256, 256, 1))
        self.layer4 = nn.Sequential(_Block(256, 512, 2), _Block(512, 512, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """At an eighth, a sixteenth and a thirty-second of the size."""
        x = functional.max_pool2d(functional.relu(self.bn1(self.conv1(x))), 3, 2, padding=1)
        eighth = self.layer2(self.layer1(x))
        sixteenth = self.layer3(eighth)
        return eighth, sixteenth, self.layer4(sixteenth)


class _Attention(nn.Module):
    """Each channel weighed by its own mean."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = _Unit(channels, 128)
        self.conv_atten = nn.Conv2d(128, 128, 1, bias=False)
        self.bn_atten = _Norm(128)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return x * self.bn_atten(self.conv_atten(_mean(x))).sigmoid()


class _Context(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.resnet = _ResNet()
        self.arm16, self.arm32 = _Attention(256), _Attention(512)
        self.conv_head32, self.conv_head16 = _Unit(128, 128), _Unit(128, 128)
        self.conv_avg = _Unit(512, 128, 1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Detail and context, both at an eighth of the size."""
        eighth, sixteenth, smallest = self.resnet(pictures)
        context = self.conv_head32(_doubled(self.arm32(smallest) + self.conv_avg(_mean(smallest))))
        return eighth, self.conv_head16(_doubled(self.arm16(sixteenth) + context))


class _Fusion(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convblk = _Unit(channels, channels, 1)
        self.conv1 = nn.Conv2d(channels, channels // 4, 1, bias=False)
        self.conv2 = nn.Conv2d(channels // 4, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.convblk(x)
        return x + x * self.conv2(functional.relu(self.conv1(_mean(x)))).sigmoid()


def _mean(x: Tensor) -> Tensor:
    return x.mean(dim=(2, 3), keepdim=True)


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def normalised(square: Tensor) -> Tensor:
    """RGB uint8 [S, S, 3] -> [1, 3, 512, 512], on the same device."""
    levels = square.permute(2, 0, 1)[None].float()
    # With a wider filter where it shrinks, and to whole levels: as PIL scales, in training, too.
    scaled = functional.interpolate(levels, (PARSED_PIXELS, PARSED_PIXELS), mode="bilinear", antialias=True).round()
    mean, deviation = (torch.tensor(three, device=square.device).view(1, 3, 1, 1) for three in (MEANS, DEVIATIONS))
    return (scaled / 255 - mean) / deviation


def load_parsing_model(file: Path) -> ParsingModel:
    """From safetensors, or else from the published pickle; on the CPU in 32 bits, ready for inference only."""
    tensors = read_tensors(file) if file.suffix == ".safetensors" else _unpickled(file)
    with torch.device("meta"):
        model = ParsingModel()
    fill(model, {name: value for name, value in tensors.items() if _is_used(name)}, file)
    return model.float().eval().requires_grad_(False)


def _is_used(name: str) -> bool:
    return not name.startswith(TRAINING_ONLY) and not name.endswith(".num_batches_tracked")


def _unpickled(file: Path) -> dict[str, Tensor]:
    try:
        return read_pickle(file)
    except ConversionError as error:
        if not isinstance(error.__cause__, pickle.UnpicklingError) or not _is_pickled(file):
            raise
        raise SettingsError(
            f"{error}. If you trust where it is from, turn it into safetensors on a machine where it can do no harm, "
            'and name that file: python -c "import sys, torch, safetensors.torch as s; '
            "s.save_file(torch.load(sys.argv[1], map_location='cpu', weights_only=False), "
            f"'face-parser.safetensors')\" {shlex.quote(file.name)}"
        ) from error


def _is_pickled(file: Path) -> bool:
    """In one of the three ways in which torch ever wrote weights; not, say, the page of an error."""
    with file.open("rb") as content:
        begins_as_pickle = content.read(1) == b"\x80"
    return begins_as_pickle or zipfile.is_zipfile(file) or tarfile.is_tarfile(file)
