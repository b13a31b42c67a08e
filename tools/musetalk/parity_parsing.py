"""How far the mask of face parsing is from that of the public reference (github.com/TMElyralab/MuseTalk): the network on
the same picture, and the mask from the same painted parts of a face.

    PYTHONPATH=python:tools/musetalk python tools/musetalk/parity_parsing.py --reference CHECKOUT --parser FILE.pth \\
        --picture FILE

FILE.pth is the published one; random weights do: python test/torch/random_parser.py FILE.pth makes them. The reference's
`FaceParsing` and `get_image_prepare_material` run as they are. Wants Pillow.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import os
import shutil
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from parity import show
from parley_workers.musetalk.convert import read_pickle
from parley_workers.musetalk.prepare.crop import Box
from parley_workers.musetalk.prepare.face_parser import NetworkParser
from parley_workers.musetalk.prepare.parsed_mask import MOUTH, NOSE, PARSED_PIXELS, SKIN, parsed_mask, parsed_square
from parley_workers.musetalk.prepare.parsing_model import CLASSES, load_parsing_model, normalised
from torch import Tensor

# Of version 1.5.
CHEEK_WIDTH = 90
NECK, HAIR = 14, 17
# Inside the picture, beyond its right edge, upright, and broad.
BOXES = (Box(190, 100, 450, 450), Box(500, 100, 640, 300), Box(260, 180, 380, 420), Box(200, 300, 460, 480))


def main() -> None:
    choice = _choices()
    picture = cv2.resize(cv2.imread(str(choice.picture)), (640, 640), interpolation=cv2.INTER_AREA)
    _stand_in()
    sys.path.insert(0, str(choice.reference.resolve()))
    theirs = _load_theirs(choice.parser)
    with torch.inference_mode():
        for box in BOXES:
            print(f"box {box}")
            _compare_network(choice.parser, theirs, picture, box)
            _compare_mask(theirs, picture, box)


def _compare_network(file: Path, theirs: Any, picture: np.ndarray, box: Box) -> None:
    seen: list[Tensor] = []
    hook = theirs.net.register_forward_hook(lambda module, given, found: seen.extend([*given, found[0]]))
    _their_mask(theirs, picture, box)
    hook.remove()
    given, found = seen
    square = parsed_square(picture, box)
    show("what the network sees, normalised", normalised(torch.from_numpy(square)), given)
    show("the classes' scores, of the same input", load_parsing_model(file)(given), found)
    their_classes = found[0].argmax(dim=0).numpy()
    alike = (NetworkParser(file, "cpu").classes(square) == their_classes).mean()
    print(f"  pixels of the same class, of the picture: {alike:.4%}; classes seen: {len(np.unique(their_classes))}")


def _compare_mask(theirs: Any, picture: np.ndarray, box: Box) -> None:
    classes = _painted()
    net = theirs.net
    theirs.net = lambda _: (
        torch.nn.functional.one_hot(torch.from_numpy(classes).long(), CLASSES).permute(2, 0, 1)[None],
    )
    try:
        large = _their_mask(theirs, picture, box)
    finally:
        theirs.net = net
    top, left = (large.shape[0] - box.height) // 2, (large.shape[1] - box.width) // 2
    their_mask = cv2.resize(
        large[top : top + box.height, left : left + box.width], (128, 128), interpolation=cv2.INTER_AREA
    )
    our_mask = parsed_mask(classes, box)
    assert our_mask is not None
    show("the mask over the box, levels of 255", our_mask, their_mask)
    show("without the rim's 12 pixels", our_mask[:116, 12:-12], their_mask[:116, 12:-12])


def _their_mask(theirs: Any, picture: np.ndarray, box: Box) -> np.ndarray:
    from musetalk.utils.blending import get_image_prepare_material

    place = (box.left, box.top, box.right, box.bottom)
    return get_image_prepare_material(picture, place, fp=theirs, mode="jaw")[0]


def _painted() -> np.ndarray:
    """The parts of a face in the middle of what is parsed."""
    classes = np.zeros((PARSED_PIXELS, PARSED_PIXELS), np.uint8)
    cv2.ellipse(classes, (256, 230), (160, 200), 0, 0, 360, HAIR, -1)
    cv2.rectangle(classes, (196, 330), (316, 511), NECK, -1)
    cv2.ellipse(classes, (256, 250), (120, 165), 0, 0, 360, SKIN, -1)
    cv2.fillPoly(classes, [np.array([[256, 200], [222, 300], [290, 300]], np.int32)], NOSE)
    cv2.ellipse(classes, (256, 345), (48, 20), 0, 0, 360, MOUTH[1], -1)
    cv2.ellipse(classes, (256, 348), (48, 20), 0, 0, 180, MOUTH[2], -1)
    cv2.ellipse(classes, (256, 346), (36, 6), 0, 0, 360, MOUTH[0], -1)
    return classes


def _load_theirs(file: Path) -> Any:
    from musetalk.utils.face_parsing import FaceParsing

    before = Path.cwd()
    with tempfile.TemporaryDirectory() as apart:
        folder = Path(apart) / "models/face-parse-bisent"
        folder.mkdir(parents=True)
        shutil.copy(file, folder / "79999_iter.pth")
        # It wants ResNet's own file too, and overwrites all of that with what the other one has.
        part = "cp.resnet."
        inner = {name[len(part) :]: value for name, value in read_pickle(file).items() if name.startswith(part)}
        torch.save(inner, folder / "resnet18-5c106cde.pth")
        os.chdir(apart)
        try:
            return FaceParsing(left_cheek_width=CHEEK_WIDTH, right_cheek_width=CHEEK_WIDTH)
        finally:
            os.chdir(before)


def _stand_in() -> None:
    """For the three functions of torchvision that are used, where it is not installed."""
    if importlib.util.find_spec("torchvision") is not None:
        return
    print("torchvision is not installed: a stand-in for its transforms is used")
    transforms: Any = types.ModuleType("torchvision.transforms")
    transforms.Compose = lambda steps: lambda value: functools.reduce(lambda so_far, step: step(so_far), steps, value)
    transforms.ToTensor = lambda: lambda image: torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255
    transforms.Normalize = lambda mean, std: lambda x: (x - _three(mean)) / _three(std)
    package: Any = types.ModuleType("torchvision")
    package.transforms = transforms
    sys.modules |= {"torchvision": package, "torchvision.transforms": transforms}


def _three(values: tuple[float, ...]) -> Tensor:
    return torch.tensor(values).view(3, 1, 1)


def _choices() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--parser", type=Path, required=True, metavar="FILE.pth")
    parser.add_argument("--picture", type=Path, required=True, metavar="FILE", help="is scaled to 640 x 640")
    return parser.parse_args()


if __name__ == "__main__":
    main()
