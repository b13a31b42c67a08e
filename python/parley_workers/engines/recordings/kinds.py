"""What kind of file it is, told from its first bytes alone. Its name counts for nothing, and nothing is guessed: a
playlist or a picture is none of these, and no demuxer but the one named here ever sees the file.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    name: str
    # As libavformat calls it.
    demuxer: str
    # What may be inside, by the beginning of libavcodec's names.
    codecs: tuple[str, ...]


WAV = Kind("WAV", "wav", ("pcm_",))
MP3 = Kind("MP3", "mp3", ("mp3",))
FLAC = Kind("FLAC", "flac", ("flac",))
OGG = Kind("Ogg", "ogg", ("opus", "vorbis", "flac"))
MATROSKA = Kind("WebM or Matroska", "matroska", ("opus", "vorbis", "pcm_", "flac"))


def kind_of(head: bytes) -> Kind | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return WAV
    if head[:4] == b"fLaC":
        return FLAC
    if head[:4] == b"OggS":
        return OGG
    if head[:4] == b"\x1aE\xdf\xa3":
        return MATROSKA
    if head[:3] == b"ID3" or _is_frame_of_mp3(head):
        return MP3
    return None


def _is_frame_of_mp3(head: bytes) -> bool:
    """11 bits of ones, then a version, a layer, a rate of bits and one of samples that there are."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer == 1 and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3
