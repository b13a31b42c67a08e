"""Preparation: files that people send, opened as what they are or refused with the reason."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import pytest

np = pytest.importorskip("numpy", reason="the preparation of avatars needs numpy")
cv2 = pytest.importorskip("cv2", reason="the preparation of avatars needs opencv-python-headless")
pytest.importorskip("av", reason="the preparation of avatars needs PyAV")
from parley_workers.musetalk.prepare.errors import PreparationError
from parley_workers.musetalk.prepare.shots import STILL, change_between, find_cuts, grey_of, shots
from parley_workers.musetalk.prepare.still import is_photo, read_photo
from parley_workers.musetalk.prepare.video import video_facts, video_pictures
from portrait import draw_portrait, sway, write_film


def levels(*values: int, width: int = 192, height: int = 128) -> list[np.ndarray]:
    return [np.full((height, width, 3), value, np.uint8) for value in values]


def seen(path: Path, start: float = 0.0, end: float | None = None) -> list[tuple[int, int]]:
    """Index and grey level, rounded to tens, of each picture."""
    pictures = video_pictures(path, start, end)
    return [(picture.index, round(float(picture.whole().mean()) / 10) * 10) for picture in pictures]


def refused(code: str, path: Path) -> str:
    with pytest.raises(PreparationError) as caught:
        facts = video_facts(path)
        list(video_pictures(path))
        raise AssertionError(f"read as {facts}")
    assert caught.value.code == code
    return str(caught.value)


def test_a_film_of_25_is_read_as_it_is(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", levels(*range(10, 250, 10)))
    assert seen(film) == [(index, 10 * (index + 1)) for index in range(24)]
    facts = video_facts(film)
    assert (facts.width, facts.height, facts.duration_s) == (192, 128, pytest.approx(0.96))


def test_start_and_end_keep_the_numbers_of_the_file(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", levels(*range(10, 250, 10)))
    assert seen(film, 0.2, 0.4) == [(5, 60), (6, 70), (7, 80), (8, 90), (9, 100)]


def test_a_late_start_is_jumped_to(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", levels(*(10 + index % 240 for index in range(500))))
    found = [(picture.index, picture.whole().mean()) for picture in video_pictures(film, 16.0, 16.4)]
    assert [index for index, _ in found] == list(range(400, 410))
    assert all(abs(level - 10 - index % 240) < 4 for index, level in found)


@pytest.mark.parametrize(("rate", "count"), [(50, 12), (30, 20), (10, 58)])
def test_other_rates_become_25(tmp_path: Path, rate: int, count: int) -> None:
    film = write_film(tmp_path / "a.mp4", levels(*range(10, 250, 10)), rate=rate)
    found = seen(film)
    assert abs(len(found) - count) <= 1
    for index, level in found:
        assert abs(level / 10 - 1 - index * rate / 25) <= 0.6 + rate / 50


def test_a_variable_rate_goes_by_the_nearest_stamp(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mkv", levels(50, 100, 150, 200), times_ms=[0, 30, 200, 240], rate=1000)
    #                          0 ms     40       80       120       160       200       240
    assert seen(film)[:7] == [(0, 50), (1, 100), (2, 100), (3, 150), (4, 150), (5, 150), (6, 200)]


def test_a_telephone_held_upright_is_turned(tmp_path: Path) -> None:
    picture = np.zeros((128, 192, 3), np.uint8)
    picture[:, :96] = 250
    film = write_film(tmp_path / "a.mp4", [picture] * 5)
    quarter = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 128 << 16, 0, 1 << 30)
    usual = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    data = film.read_bytes()
    at = data.index(usual, data.index(b"tkhd"))
    film.write_bytes(data[:at] + quarter + data[at + len(usual) :])
    facts = video_facts(film)
    assert (facts.width, facts.height) == (128, 192)
    upright = next(iter(video_pictures(film))).whole()
    # What was on the left is on top when a picture is turned clockwise.
    assert upright.shape == (192, 128, 3) and upright[:80].mean() > 240 and upright[-80:].mean() < 10
    assert next(iter(video_pictures(film))).at_most(96).shape == (96, 64, 3)


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("Dear all,\n" * 400)
    assert "notes.mp4 is no video" in refused("not_a_video", text)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    refused("not_a_video", empty)
    refused("not_a_video", tmp_path / "missing.mp4")
    sound = tmp_path / "sound.wav"
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(bytes(32000))
    refused("not_a_video", sound)


def test_a_playlist_that_names_other_files_is_refused(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.ts", levels(*[100] * 30))
    playlist = tmp_path / "list.mp4"
    lines = ("#EXTM3U", "#EXT-X-TARGETDURATION:2", "#EXTINF:1.2,", film.name, "#EXT-X-ENDLIST", "")
    playlist.write_text("\n".join(lines))
    refused("not_a_video", playlist)
    concatenated = tmp_path / "list.ffconcat"
    concatenated.write_text(f"ffconcat version 1.0\nfile {film.name}\n")
    refused("not_a_video", concatenated)


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    pictures = [draw_portrait(sway(index)) for index in range(60)]
    at_end = write_film(tmp_path / "a.mp4", pictures).read_bytes()
    (tmp_path / "b.mp4").write_bytes(at_end[: len(at_end) // 2])
    refused("not_a_video", tmp_path / "b.mp4")
    at_start = write_film(tmp_path / "c.mp4", pictures, movflags="faststart").read_bytes()
    (tmp_path / "d.mp4").write_bytes(at_start[: len(at_start) // 3])
    refused("broken_video", tmp_path / "d.mp4")


def test_sizes_have_bounds(tmp_path: Path) -> None:
    assert "4112" in refused("too_large", write_film(tmp_path / "a.mp4", levels(100, width=4112, height=64)))
    refused("face_too_small", write_film(tmp_path / "b.mp4", levels(100, 100, width=64, height=64)))


# --- photos -----------------------------------------------------------------------------------------------------------


def test_a_photo_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png"):
        cv2.imwrite(str(tmp_path / name), draw_portrait())
        (tmp_path / name).rename(tmp_path / "photo")
        assert is_photo(tmp_path / "photo")
        assert read_photo(tmp_path / "photo").shape == (640, 640, 3)
    assert not is_photo(write_film(tmp_path / "a.mp4", levels(100, 100)))
    assert not is_photo(tmp_path / "missing")


def test_a_photo_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    picture = np.zeros((128, 192, 3), np.uint8)
    picture[:, :96] = 250
    data = cv2.imencode(".jpg", picture)[1].tobytes()
    # TIFF header, one entry: orientation (0x0112), a short, 6 = turn clockwise.
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, 6, 0, 0)
    exif = b"Exif\0\0" + tiff
    (tmp_path / "a.jpg").write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])
    upright = read_photo(tmp_path / "a.jpg")
    assert upright.shape == (192, 128, 3) and upright[:80].mean() > 240 and upright[-80:].mean() < 10


def photo_refused(code: str, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert is_photo(path)
    with pytest.raises(PreparationError) as caught:
        read_photo(path)
    assert caught.value.code == code


def test_photos_are_measured_before_they_are_decoded(tmp_path: Path) -> None:
    png = cv2.imencode(".png", levels(100)[0])[1].tobytes()
    photo_refused("too_large", tmp_path / "bomb", png[:16] + struct.pack(">II", 60000, 60000) + png[24:])
    photo_refused("not_a_video", tmp_path / "stub", png[:12])
    photo_refused("not_a_video", tmp_path / "torn", png[:60])
    photo_refused("not_a_video", tmp_path / "noise", b"\xff\xd8\xff" + bytes(range(256)))
    photo_refused(
        "face_too_small", tmp_path / "tiny", cv2.imencode(".jpg", levels(9, width=48, height=48)[0])[1].tobytes()
    )


# --- cuts -------------------------------------------------------------------------------------------------------------


def cuts_of(pictures: list[np.ndarray]) -> list[int]:
    greys = [grey_of(picture) for picture in pictures]
    return find_cuts([STILL, *(change_between(before, now) for before, now in zip(greys, greys[1:]))])


def test_cuts_are_found() -> None:
    first = [draw_portrait(sway(index)) for index in range(20)]
    other = [cv2.flip(draw_portrait((80.0 + index, 0.0), background=190), 1) for index in range(20)]
    assert cuts_of(first + other) == [20]
    assert cuts_of(first + other + first) == [20, 40]
    assert shots(60, [20, 40]) == [(0, 20), (20, 40), (40, 60)]


def test_a_jump_within_a_scene_is_found() -> None:
    assert cuts_of([draw_portrait(sway(i)) for i in range(20)] + [draw_portrait((60.0, 10.0))] * 20) == [20]


def test_movement_light_and_blinks_are_no_cuts() -> None:
    nodding = [draw_portrait((0.0, 14 * float(np.sin(index / 2)))) for index in range(40)]
    assert cuts_of(nodding) == []
    assert cuts_of([draw_portrait(light=1 - 0.012 * index) for index in range(30)]) == []
    blinking = [draw_portrait().copy() for _ in range(20)]
    for picture in blinking[8:12]:
        picture[205:240, 230:410] = (150, 175, 225)
    assert cuts_of(blinking) == []


def test_movement_is_measured_in_pixels() -> None:
    before, now = grey_of(draw_portrait()), grey_of(draw_portrait((2.0, 0.0)))
    assert change_between(before, before).movement == 0
    # The person moves by 2 of 640, the background not at all.
    assert 0.3 < change_between(before, now).movement * 640 < 2.5
