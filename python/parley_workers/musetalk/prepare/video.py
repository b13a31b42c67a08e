"""Opens a video that somebody sent, and yields its pictures at 25 a second; never more than one at full size in memory.

A video is untrusted input to a large decoder. So only containers that cannot name other files are opened, and none by
a network address; the size is looked at before the first picture is decoded and again at every picture.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from .errors import PreparationError

FPS = 25
# 4K and upright 4K; a larger picture shows no more of a face that is 256 pixels for the model.
LARGEST_SIDE = 4096
SMALLEST_SIDE = 96
# What is looked at for the loop. A longer file is not refused, its rest is not read.
LONGEST_S = 120.0
# Playlists (hls, dash, concat) are left out on purpose: they open other files.
CONTAINERS = "mov,mp4,matroska,webm,avi,mpeg,mpegts,ogg,flv,mjpeg"
# A recording may end a little before its header says; more than this is a file that was cut off.
MISSING_S = 1.0
# A later start is jumped to, by this much too early, since films can be entered only at their key pictures.
JUMP_FROM_S = 5.0
TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


@dataclass(frozen=True)
class VideoFacts:
    """Width and height as they are seen, after the turn that the file asks for."""

    width: int
    height: int
    duration_s: float | None


@dataclass(frozen=True)
class VideoPicture:
    """The picture nearest to the time index / 25 s of the file."""

    index: int
    frame: av.VideoFrame
    degrees: int

    def whole(self) -> np.ndarray:
        return self.at_most(LARGEST_SIDE)

    def at_most(self, side: int) -> np.ndarray:
        """BGR, upright, shrunk (never enlarged) so that no side is longer than this."""
        scale = min(1.0, side / max(self.frame.width, self.frame.height))
        width, height = (max(2, round(size * scale)) for size in (self.frame.width, self.frame.height))
        picture = self.frame.to_ndarray(format="bgr24", width=width, height=height, interpolation="AREA")
        turn = TURNS.get(self.degrees)
        return picture if turn is None else cv2.rotate(picture, turn)


def video_facts(path: Path) -> VideoFacts:
    with _open(path) as container:
        first = next(_decode(container), None)
        if first is None:
            raise PreparationError("no_pictures", f"{path.name} has a video track and not one picture in it.")
        width, height = first.width, first.height
        if _degrees(first) in (90, 270):
            width, height = height, width
        return VideoFacts(width, height, _duration(container))


def video_pictures(path: Path, start_s: float = 0.0, end_s: float | None = None) -> Iterator[VideoPicture]:
    """A variable rate becomes 25 a second by the nearest time stamps. Indexes count from the file's beginning."""
    last = min(start_s + LONGEST_S, end_s if end_s is not None else float("inf"))
    first_index, end_index = round(start_s * FPS), round(last * FPS)
    with _open(path) as container:
        reached = _Reached()
        if start_s > 2 * JUMP_FROM_S:
            _jump(container, start_s - JUMP_FROM_S)
        for picture in _steady(_decode(container), first_index, end_index, reached, _begin(container)):
            yield picture
            if picture.index + 1 >= end_index:
                return
        duration = _duration(container)
        if duration is not None and end_s is None and reached.seconds < duration - MISSING_S:
            raise PreparationError(
                "broken_video",
                f"{path.name} says that it lasts {duration:.1f} s and breaks off after {reached.seconds:.1f} s: "
                "send it again.",
            )


@dataclass
class _Reached:
    """The time of the last picture that was decoded, whether it was yielded or not."""

    seconds: float = 0.0


def _steady(
    frames: Iterator[av.VideoFrame], first_index: int, end_index: int, reached: _Reached, begun_s: float | None
) -> Iterator[VideoPicture]:
    before: tuple[float, av.VideoFrame] | None = None
    index, one = first_index, 1 / FPS
    for frame in frames:
        if frame.time is None:
            at_s = 0.0 if before is None else before[0] + one
        else:
            begun_s = frame.time if begun_s is None else begun_s
            at_s = frame.time - begun_s
        if before is not None:
            at_s = max(at_s, before[0])
            # Half way between two stamps the later one wins, so that no picture is shown before its time.
            while index < end_index and index * one < (before[0] + at_s) / 2:
                yield VideoPicture(index, before[1], _degrees(before[1]))
                index += 1
        if index >= end_index:
            return
        before = (at_s, frame)
        reached.seconds = at_s
    if before is not None and index < end_index and index * one <= before[0] + one / 2:
        yield VideoPicture(index, before[1], _degrees(before[1]))


def _open(path: Path) -> av.container.InputContainer:
    if not path.is_file():
        raise PreparationError("not_a_video", f"There is no file {path}.")
    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    try:
        container = av.open(str(path.resolve()), options=options)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise _no_video(path, f"it cannot be read as one ({_reason(error)})") from error
    stream = _stream(container)
    if stream is None:
        container.close()
        raise _no_video(path, "it has no video track")
    stream.thread_type = "AUTO"
    sides = stream.codec_context.width, stream.codec_context.height
    if max(sides) > LARGEST_SIDE:
        container.close()
        raise PreparationError(
            "too_large", f"{path.name} is {sides[0]} x {sides[1]} pixels; at most {LARGEST_SIDE} a side are read."
        )
    return container


def _stream(container: av.container.InputContainer) -> av.VideoStream | None:
    """The first that is a film: music has pictures of its cover."""
    covers = av.stream.Disposition.attached_pic
    return next((stream for stream in container.streams.video if not stream.disposition & covers), None)


def _decode(container: av.container.InputContainer) -> Iterator[av.VideoFrame]:
    stream = _stream(container)
    count = itertools.count()
    try:
        for frame in container.decode(stream):
            next(count)
            if max(frame.width, frame.height) > LARGEST_SIDE or min(frame.width, frame.height) < SMALLEST_SIDE:
                raise PreparationError(
                    "too_large" if max(frame.width, frame.height) > LARGEST_SIDE else "face_too_small",
                    f"A picture of {frame.width} x {frame.height} pixels; {SMALLEST_SIDE} to {LARGEST_SIDE} a side.",
                )
            yield frame
    except av.FFmpegError as error:
        raise PreparationError(
            "broken_video", f"The video is damaged after {next(count)} pictures ({_reason(error)})."
        ) from error


def _jump(container: av.container.InputContainer, to_s: float) -> None:
    stream = _stream(container)
    if stream.time_base is None:
        return
    try:
        container.seek(round((to_s + (_begin(container) or 0.0)) / stream.time_base), stream=stream)
    except av.FFmpegError:
        # Some files cannot be entered in the middle; they are read from their beginning.
        pass


def _begin(container: av.container.InputContainer) -> float | None:
    """The time of the film's first picture; files do not always begin at 0."""
    stream = _stream(container)
    if stream.start_time is None or stream.time_base is None:
        return None
    return float(stream.start_time * stream.time_base)


def _duration(container: av.container.InputContainer) -> float | None:
    stream = _stream(container)
    if stream.duration is None or stream.time_base is None:
        return None
    return float(stream.duration * stream.time_base)


def _degrees(frame: av.VideoFrame) -> int:
    return round(frame.rotation / 90) * 90 % 360


def _no_video(path: Path, why: str) -> PreparationError:
    return PreparationError("not_a_video", f"{path.name} is no video and no photo: {why}.")


def _reason(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error).strip().rstrip(".")
