"""The method `decode`: the bytes of one file come in; 16-bit samples at 24 kHz, mono, go out in chunks, and at the end
`{seconds, peak, clipped}`: its length, its largest sample (1 is full scale) and the share of samples at full scale.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from ...engine import Chunk, Context, WorkerError
from .kinds import Kind, kind_of

RATE = 24_000
MOST_BYTES = 20_000_000
MOST_S = 60
# Opus in its shortest frames has 24,000 a minute.
MOST_PACKETS = 50_000
MOST_CHANNELS = 8
RATES = range(8_000, 192_001)
# Half a second: no codec here has frames of more than 65,535 samples.
LONGEST_FRAME = 100_000
FULL_SCALE = 0.999
PIECE_BYTES = RATE

# What integer samples count to; floating ones count to 1.
SCALES = {"u8": 128.0, "s16": 32_768.0, "s32": 2_147_483_648.0, "flt": 1.0, "dbl": 1.0}


@dataclass
class Measured:
    """Of the sound as it is in the file."""

    rate: int = 0
    samples: int = 0
    values: int = 0
    clipped: int = 0
    peak: float = 0.0

    @property
    def seconds(self) -> float:
        return self.samples / self.rate if self.rate else 0.0


def decode(params: dict[str, Any], chunks: Iterator[Chunk], context: Context) -> Iterator[Chunk]:
    data = read(chunks)
    kind = kind_of(data[:16])
    if kind is None:
        raise bad("it is none of WAV, MP3, FLAC, Ogg and WebM, whatever its name says")
    measured = Measured()
    try:
        for samples in resampled(frames(data, kind, context), measured):
            for start in range(0, len(samples), PIECE_BYTES):
                yield Chunk({}, samples[start : start + PIECE_BYTES])
    except (av.FFmpegError, MemoryError, ValueError, OverflowError) as error:
        raise bad(f"as {kind.name} it is damaged: {str(error)[:200]}") from None
    if measured.samples == 0:
        raise bad("there is no sound in it")
    clipped = measured.clipped / measured.values
    yield Chunk({"seconds": measured.seconds, "peak": measured.peak, "clipped": clipped})


def read(chunks: Iterator[Chunk]) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk.body
        if len(data) > MOST_BYTES:
            raise bad(f"it has more than {MOST_BYTES // 1_000_000} MB")
    return bytes(data)


def frames(data: bytes, kind: Kind, context: Context) -> Iterator[AudioFrame]:
    """From memory and by one demuxer: there is no path, no address and no protocol that the file could name."""
    source = io.BytesIO(data)
    options = {"protocol_whitelist": "", "format_whitelist": kind.demuxer}
    with av.open(source, format=kind.demuxer, container_options=options, metadata_errors="ignore") as container:
        stream = next(iter(container.streams.audio), None)
        if stream is None:
            raise bad("there is no sound in it")
        if not stream.codec_context.name.startswith(kind.codecs):
            raise bad(f"its sound is {stream.codec_context.name[:40]}, which is not read from {kind.name}")
        stream.thread_type = "NONE"
        for count, packet in enumerate(container.demux(stream)):
            context.check()
            if count > MOST_PACKETS:
                raise bad("it has more parts than a minute of sound has")
            yield from packet.decode()


@dataclass
class Toward24:
    resampler: AudioResampler = field(default_factory=lambda: AudioResampler(format="s16", layout="mono", rate=RATE))

    def bytes(self, frame: AudioFrame | None) -> bytes:
        return b"".join(one.to_ndarray().astype("<i2").tobytes() for one in self.resampler.resample(frame))


def resampled(source: Iterator[AudioFrame], measured: Measured) -> Iterator[bytes]:
    toward = Toward24()
    for frame in source:
        check(frame, measured)
        mono = mixed(values(frame), measured)
        if measured.seconds > MOST_S:
            raise WorkerError("recording_length", f"it is longer than {MOST_S} s", retryable=False)
        one = AudioFrame.from_ndarray(mono[np.newaxis], format="flt", layout="mono")
        one.sample_rate = measured.rate
        yield toward.bytes(one)
    if measured.samples > 0:
        yield toward.bytes(None)


def check(frame: AudioFrame, measured: Measured) -> None:
    if frame.sample_rate not in RATES:
        raise bad(f"it has {frame.sample_rate} samples a second; {RATES[0]} to {RATES[-1]} are read")
    if measured.rate not in (0, frame.sample_rate):
        raise bad("its rate changes on the way")
    if not 1 <= frame.layout.nb_channels <= MOST_CHANNELS:
        raise bad(f"it has {frame.layout.nb_channels} channels; at most {MOST_CHANNELS} are read")
    if frame.samples > LONGEST_FRAME:
        raise bad("a part of it is longer than parts are")
    measured.rate = frame.sample_rate


def values(frame: AudioFrame) -> NDArray[np.float64]:
    """One row for each channel; 1 is full scale."""
    name = frame.format.name.removesuffix("p")
    scale = SCALES.get(name)
    if scale is None:
        raise bad(f"its samples are of a kind that is not read ({name[:20]})")
    array = frame.to_ndarray().astype(np.float64)
    if not frame.format.is_planar:
        array = array.reshape(-1, frame.layout.nb_channels).T
    if name == "u8":
        array = array - scale
    return array / scale


def mixed(array: NDArray[np.float64], measured: Measured) -> NDArray[np.float32]:
    if not np.isfinite(array).all():
        raise bad("it has samples that are no numbers")
    loud = np.abs(array)
    measured.samples += array.shape[1]
    measured.values += array.size
    measured.clipped += int((loud >= FULL_SCALE).sum())
    measured.peak = max(measured.peak, float(loud.max(initial=0.0)))
    return np.clip(array.mean(axis=0), -1, 1).astype(np.float32)


def bad(reason: str) -> WorkerError:
    return WorkerError("bad_recording", f"the recording cannot be read: {reason}", retryable=False)
