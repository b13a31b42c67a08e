"""Which repositories of the hub have the weights of an engine, which of their files it needs, and where these go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..hub import FetchError, HubFile

SYSTRAN = "Systran/faster-whisper-"
DISTILLED = "Systran/faster-distil-whisper-"
TURBO = "mobiuslabsgmbh/faster-whisper-large-v3-turbo"
WHISPERS = {
    **{size: SYSTRAN + size for size in ("tiny", "base", "small", "medium")},
    **{f"{size}.en": f"{SYSTRAN}{size}.en" for size in ("tiny", "base", "small", "medium")},
    **{size: SYSTRAN + size for size in ("large-v1", "large-v2", "large-v3")},
    "large": SYSTRAN + "large-v3",
    "large-v3-turbo": TURBO,
    "turbo": TURBO,
    **{f"distil-{size}": DISTILLED + size for size in ("small.en", "medium.en", "large-v2", "large-v3")},
}
KOKORO = "onnx-community/Kokoro-82M-v1.0-ONNX-timestamped"
KOKORO_TORCH = "hexgrad/Kokoro-82M"
XTTS = "coqui/XTTS-v2"
# All voices in one file, as kokoro-onnx reads them.
VOICES = "voices-v1.0.bin"


@dataclass(frozen=True)
class Wanted:
    # A regular expression over the paths of the repository, which are a stranger's: it says what they may look like.
    remote: str
    # Where it goes below the folder; None: where it is in the repository.
    local: str | None = None
    optional: bool = False
    # What is made of it here.
    made: str | None = None

    @property
    def plain(self) -> str:
        return self.remote.replace("\\", "")


@dataclass(frozen=True)
class Source:
    repository: str
    folder: Path
    # In the order in which they are fetched: whoever has the last one has them all.
    wanted: Sequence[Wanted]

    @property
    def last(self) -> str:
        return self.wanted[-1].local or self.wanted[-1].plain

    def among(self, remotes: Iterable[str], commit: str) -> list[HubFile]:
        """Of all that the repository has."""
        known, files = sorted(remotes), []
        for wanted in self.wanted:
            found = [path for path in known if re.fullmatch(wanted.remote, path)]
            if not found and not wanted.optional:
                raise FetchError(f"{self.repository} at {commit} has no {wanted.plain}")
            files += [HubFile(self.repository, path, wanted.local or path, commit, wanted.made) for path in found]
        return files

    def recorded(self, locals: Iterable[str], revision: str | None) -> list[HubFile]:
        """Of what came earlier, whether it is still here or not."""
        known, files = sorted(locals), []
        for wanted in self.wanted:
            pattern = wanted.remote if wanted.local is None else re.escape(wanted.local)
            for path in known:
                if re.fullmatch(pattern, path):
                    remote = path if wanted.local is None else wanted.plain
                    files.append(HubFile(self.repository, remote, path, revision, wanted.made))
        return files


def whisper(folder: Path, size: str) -> Source:
    if size not in WHISPERS:
        raise FetchError(f"--model {size}: it must be one of {', '.join(WHISPERS)}")
    wanted = (
        Wanted(r"config\.json"),
        # Of those models that want more than 80 bands.
        Wanted(r"preprocessor_config\.json", optional=True),
        Wanted(r"vocabulary\.(json|txt)"),
        Wanted(r"tokenizer\.json"),
        Wanted(r"model\.bin"),
    )
    return Source(WHISPERS[size], folder / size, wanted)


def kokoro(folder: Path) -> Source:
    wanted = (
        Wanted(r"voices/(\w+)\.bin", made=VOICES),
        Wanted(r"onnx/model\.onnx", "kokoro-v1.0.onnx"),
    )
    return Source(KOKORO, folder, wanted)


def kokoro_for_torch(folder: Path) -> Source:
    wanted = (
        Wanted(r"config\.json"),
        Wanted(r"voices/(\w+)\.pt"),
        Wanted(r"kokoro-v1_0\.pth"),
    )
    return Source(KOKORO_TORCH, folder, wanted)


def xtts(folder: Path) -> Source:
    wanted = (
        Wanted(r"LICENSE\.txt", optional=True),
        Wanted(r"config\.json"),
        Wanted(r"vocab\.json"),
        Wanted(r"speakers_xtts\.pth"),
        Wanted(r"model\.pth"),
    )
    return Source(XTTS, folder, wanted)
