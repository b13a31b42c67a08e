"""What of the drawing is a matter of choice. Each choice for speed is off until it has been measured to pay, by
`python -m parley_workers.musetalk bench --compare`; docs/musetalk.md has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ..engine import SettingsError

# The whole face; the rows that are shown; and those of TAESD, which is 18 times less work and less sharp.
DECODERS = ("whole", "lower", "small")
MOST_AT_ONCE = 64


@dataclass(frozen=True)
class Options:
    # Of batches; without any, those that suit the device.
    sizes: tuple[int, ...] = ()
    decoder: str = "whole"
    # A GPU's kernels are recorded once for each size, and replayed.
    graphs: bool = True
    # Weights lie as matrix units like them.
    channels_last: bool = True
    # Group norms as in norms.py.
    plain_norms: bool = False
    # Convolutions try at start which of their algorithms is the fastest here.
    search: bool = False
    # Picture model and decoder through torch.compile: minutes at start, and it needs a C compiler.
    compiled: bool = False
    # On the device, and as much again beside it. A face of 150 pictures takes some 35 MB, so this is a hundred of them;
    # the one that nobody has looked at for longest goes first.
    face_megabytes: int = 4096


def read_options(given: object) -> Options:
    if given is None:
        return Options()
    if not isinstance(given, dict):
        raise SettingsError("settings.options must be an object")
    names = [field.name for field in fields(Options)]
    for name in given:
        if name not in names:
            raise SettingsError(f"settings.options has {name}; there are: {', '.join(names)}")
    return _checked(given)


def _checked(given: dict[str, Any]) -> Options:
    sizes = given.get("sizes", [])
    options = Options(**{**given, "sizes": tuple(sizes) if isinstance(sizes, list) else (0,)})
    if not all(type(size) is int and 1 <= size <= MOST_AT_ONCE for size in options.sizes):
        raise SettingsError(f"settings.options.sizes must be numbers from 1 to {MOST_AT_ONCE}")
    # Whatever waits must find a batch that it fits into.
    if options.sizes and min(options.sizes) != 1:
        raise SettingsError("settings.options.sizes must contain 1")
    if options.decoder not in DECODERS:
        raise SettingsError(f"settings.options.decoder must be one of {', '.join(DECODERS)}")
    if type(options.face_megabytes) is not int or options.face_megabytes < 1:
        raise SettingsError("settings.options.face_megabytes must be a number from 1 on")
    for field in fields(Options):
        if type(field.default) is bool and type(getattr(options, field.name)) is not bool:
            raise SettingsError(f"settings.options.{field.name} must be true or false")
    return options
