"""Files of strangers become samples, or are refused by name."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

import numpy as np
import pytest

av = pytest.importorskip("av", reason="PyAV is not installed")

from parley_workers.engine import Chunk, Context, WorkerError
from parley_workers.engines.recordings.decode import MOST_BYTES, decode

TONE_S = 2.0


def tone(rate: int, seconds: float = TONE_S, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)


def wav(samples: np.ndarray, rate: int, code: int = 1, channels: int = 1, claimed: int | None = None) -> bytes:
    """`samples` as they lie in the file; `claimed`: what the header says that there are."""
    body = samples.tobytes()
    width = samples.dtype.itemsize
    form = struct.pack("<HHIIHH", code, channels, rate, rate * channels * width, channels * width, 8 * width)
    size = len(body) if claimed is None else claimed
    whole = min(size + 36, 0xFFFFFFFF)
    return (
        b"RIFF"
        + struct.pack("<I", whole)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", size)
        + body
    )


def pcm16(sound: np.ndarray) -> np.ndarray:
    return np.clip(sound * 32768, -32768, 32767).astype("<i2")


def encoded(container: str, codec: str, sound: np.ndarray, rate: int, layout: str = "mono") -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        for start in range(0, len(sound), rate):
            frame = av.AudioFrame.from_ndarray(pcm16(sound[start : start + rate])[np.newaxis], "s16", "mono")
            frame.sample_rate = rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return target.getvalue()


def sent(data: bytes) -> Iterator[Chunk]:
    for start in range(0, len(data), 900_000):
        yield Chunk({}, data[start : start + 900_000])


def heard(data: bytes, context: Context) -> tuple[np.ndarray, dict[str, float]]:
    *pieces, end = decode({}, sent(data), context)
    return np.frombuffer(b"".join(piece.body for piece in pieces), "<i2"), end.data


def refusal(data: bytes, context: Context) -> str:
    with pytest.raises(WorkerError) as error:
        list(decode({}, sent(data), context))
    assert error.value.code == "bad_recording" and not error.value.retryable
    return str(error.value)


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 44_100),
        ("wav", "pcm_s24le", 48_000),
        ("mp3", "libmp3lame", 44_100),
        ("flac", "flac", 48_000),
        ("ogg", "libopus", 48_000),
        ("matroska", "libopus", 48_000),
        ("webm", "libopus", 48_000),
    ],
)
def test_the_kinds_that_recorders_make(container: str, codec: str, rate: int, context: Context) -> None:
    samples, end = heard(encoded(container, codec, tone(rate), rate), context)
    assert abs(len(samples) / 24_000 - TONE_S) < 0.15
    assert abs(end["seconds"] - TONE_S) < 0.15
    assert 0.4 < end["peak"] < 0.6 and end["clipped"] == 0
    middle = samples[12_000:36_000].astype(float)
    spectrum = np.abs(np.fft.rfft(middle))
    assert np.argmax(spectrum) == 440
    assert abs(np.sqrt((middle**2).mean()) / 32768 - 0.5 / np.sqrt(2)) < 0.03


@pytest.mark.parametrize("rate", [8_000, 192_000])
@pytest.mark.parametrize("kind", ["8 bits", "16 bits", "float"])
def test_the_rates_and_depths_of_wav(rate: int, kind: str, context: Context) -> None:
    sound = tone(rate)
    data = {
        "8 bits": lambda: wav((sound * 127 + 128).astype(np.uint8), rate),
        "16 bits": lambda: wav(pcm16(sound), rate),
        "float": lambda: wav(sound.astype("<f4"), rate, code=3),
    }[kind]()
    samples, end = heard(data, context)
    assert abs(len(samples) - 48_000) < 50 and abs(end["peak"] - 0.5) < 0.02


def test_seven_channels_become_one(context: Context) -> None:
    both = np.repeat(pcm16(tone(48_000))[:, np.newaxis], 7, axis=1)
    samples, end = heard(wav(np.ascontiguousarray(both), 48_000, channels=7), context)
    assert abs(len(samples) - 48_000) < 50 and abs(np.abs(samples[1000:-1000]).max() / 32768 - 0.5) < 0.02
    assert end["seconds"] == TONE_S


def test_clipping_is_counted(context: Context) -> None:
    _, end = heard(wav(pcm16(np.clip(tone(24_000, level=2.0), -1, 1)), 24_000), context)
    assert end["peak"] > 0.999 and 0.5 < end["clipped"] < 0.8


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0xFFFFFFF0, 0x7FFFFFFF])
def test_a_header_that_claims_gigabytes_gets_what_is_there(claimed: int, context: Context) -> None:
    samples, end = heard(wav(pcm16(tone(24_000)), 24_000, claimed=claimed), context)
    assert len(samples) == 48_000 and end["seconds"] == TONE_S


@pytest.mark.parametrize(("container", "codec"), [("mp3", "libmp3lame"), ("flac", "flac")])
def test_two_hours_of_silence_in_a_small_file_stop_after_a_minute(container: str, codec: str, context: Context) -> None:
    rate = 8_000
    data = encoded(container, codec, np.zeros(7200 * rate), rate)
    assert len(data) < MOST_BYTES
    given = 0
    with pytest.raises(WorkerError, match="longer than 60 s") as error:
        for piece in decode({}, sent(data), context):
            given += len(piece.body)
    assert error.value.code == "recording_length" and given <= 61 * 48_000


def test_one_sample_is_a_very_short_recording(context: Context) -> None:
    samples, end = heard(wav(np.array([1000], "<i2"), 24_000), context)
    assert len(samples) <= 1 and end["seconds"] < 0.001


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.wav", bytes(50_000_000))
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"This is a poem, and no recording.",
        PLAYLIST,
        b"concat:/etc/passwd|/etc/hosts",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"<?xml version='1.0'?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
        zipped(),
        b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00",
    ],
)
def test_what_is_no_recording_is_opened_by_no_demuxer(
    data: bytes, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(av, "open", lambda *_, **__: pytest.fail("it was opened"))
    assert "it is none of WAV" in refusal(data, context)


@pytest.mark.parametrize(
    "head", [b"RIFF\x00\x00\x00\x00WAVE", b"fLaC", b"OggS", b"\x1aE\xdf\xa3", b"ID3\x03\x00\x00\x00\x00\x00\x00"]
)
@pytest.mark.parametrize(
    "rest",
    [b"", PLAYLIST, b"This is a poem. " * 500, bytes(5000), b"\xff" * 5000],
    ids=["none", "m3u", "text", "0", "1"],
)
def test_the_first_bytes_of_a_kind_and_then_something_else(head: bytes, rest: bytes, context: Context) -> None:
    refusal(head + rest, context)


def test_a_recording_without_samples(context: Context) -> None:
    assert "no sound" in refusal(wav(np.array([], "<i2"), 24_000), context)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers(value: float, context: Context) -> None:
    sound = tone(24_000).astype("<f4")
    sound[30_000] = value
    assert "no numbers" in refusal(wav(sound, 24_000, code=3), context)


@pytest.mark.parametrize(
    ("rate", "channels"), [(7_999, 1), (192_001, 1), (4_000_000_000, 1), (24_000, 9), (24_000, 64)]
)
def test_rates_and_channels_that_nobody_records(rate: int, channels: int, context: Context) -> None:
    data = pcm16(np.zeros(channels * 100))
    body = bytearray(wav(data, 24_000, channels=channels))
    body[24:28] = struct.pack("<I", rate)
    refusal(bytes(body), context)


def test_other_codecs_in_a_container_that_may_hold_them(context: Context) -> None:
    assert "which is not read" in refusal(encoded("matroska", "mp2", tone(44_100), 44_100), context)
    assert "which is not read" in refusal(encoded("wav", "adpcm_ms", tone(44_100), 44_100), context)


def test_a_film_in_matroska_has_no_sound(context: Context) -> None:
    target = io.BytesIO()
    with av.open(target, "w", format="matroska") as output:
        stream = output.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(5):
            output.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        output.mux(stream.encode(None))
    assert "no sound" in refusal(target.getvalue(), context)


def test_a_recording_within_another_is_none(context: Context) -> None:
    inner = encoded("ogg", "libopus", tone(48_000), 48_000)
    samples, _ = heard(wav(np.frombuffer(inner[: len(inner) & ~1], "<i2"), 24_000), context)
    assert len(samples) == len(inner) // 2, "a WAV of bytes is noise, and never looked into"


@pytest.mark.parametrize("container", ["webm", "ogg", "flac", "mp3"])
def test_what_is_cut_off_gives_what_is_there_or_is_refused(container: str, context: Context) -> None:
    codec = {"webm": "libopus", "ogg": "libopus", "flac": "flac", "mp3": "libmp3lame"}[container]
    data = encoded(container, codec, tone(48_000, 4), 48_000)
    for length in (8, 40, 200, len(data) // 3, len(data) // 2, len(data) - 7):
        try:
            samples, end = heard(data[:length], context)
            assert 0 < end["seconds"] <= 4.2 and len(samples) <= 4.2 * 24_000
        except WorkerError as error:
            assert error.code == "bad_recording"


@pytest.mark.parametrize("container", ["webm", "ogg", "flac", "mp3", "wav"])
def test_bytes_that_are_changed_give_sound_or_a_refusal(container: str, context: Context) -> None:
    codec = {"webm": "libopus", "ogg": "libopus", "flac": "flac", "mp3": "libmp3lame", "wav": "pcm_s16le"}[container]
    data = encoded(container, codec, tone(48_000, 1), 48_000)
    random = np.random.default_rng(7)
    for _ in range(40):
        changed = bytearray(data)
        for at in random.integers(0, len(data), 8):
            changed[at] = random.integers(0, 256)
        try:
            heard(bytes(changed), context)
        except WorkerError as error:
            assert error.code in ("bad_recording", "recording_length")


def test_more_bytes_than_any_recording_has(context: Context) -> None:
    taken = 0

    def endless() -> Iterator[Chunk]:
        nonlocal taken
        while True:
            taken += 1_000_000
            yield Chunk({}, bytes(1_000_000))

    with pytest.raises(WorkerError, match="more than 20 MB"):
        list(decode({}, endless(), context))
    assert taken == 21_000_000
