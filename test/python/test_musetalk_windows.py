"""Which sound a picture is drawn from: windows, the spectrogram, and when the mouth moves at all."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy", reason="MuseTalk's windows need numpy")

from parley_workers.musetalk import mel, spec, windows  # noqa: E402
from parley_workers.musetalk.hearing import EASING, HANGOVER, Hearing  # noqa: E402

FRAME = spec.PICTURE_SAMPLES


def tone(pictures: int, amplitude: float = 0.3, hertz: float = 440.0) -> np.ndarray:
    t = np.arange(pictures * FRAME) / spec.SAMPLE_RATE
    return (amplitude * 32767 * np.sin(2 * np.pi * hertz * t)).astype(np.int16)


def silence(pictures: int) -> np.ndarray:
    return np.zeros(pictures * FRAME, np.int16)


def hear(samples: np.ndarray, ended: bool = True) -> Hearing:
    hearing = Hearing()
    for at in range(0, len(samples), FRAME):
        hearing.push(samples[at : at + FRAME])
    if ended:
        hearing.end()
    return hearing


# --- windows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("picture", [0, 1, 25, 1000])
def test_the_model_gets_tokens_4_before_to_5_after_the_start_of_the_picture(picture: int) -> None:
    first, end = windows.window_columns(picture)
    tokens = range(first // 2, end // 2)
    given = list(tokens)[windows.MODEL_FROM : windows.MODEL_TO]
    assert given == list(range(2 * picture - 4, 2 * picture + 6))
    assert end - first == windows.WINDOW_COLUMNS == 144


def test_the_models_last_token_touches_sound_up_to_132_ms_after_the_start_of_the_picture() -> None:
    # Its convolutions see two columns more on either side, and a column is 25 ms long.
    last_column = 2 * 5 + 2
    assert (last_column * spec.HOP_SAMPLES + spec.FFT_SAMPLES // 2) / 16 == 132.5
    # The window ends behind it, and still within the look-ahead.
    assert 132.5 <= windows.samples_needed(0) / 16 <= (1 + windows.LOOK_AHEAD_PICTURES) * 40


def test_a_picture_can_be_drawn_when_its_look_ahead_has_come() -> None:
    for picture in range(50):
        heard = (picture + 1 + windows.LOOK_AHEAD_PICTURES) * FRAME
        assert windows.samples_needed(picture) <= heard
        assert windows.pictures_heard(heard) == picture + 1
        assert windows.pictures_heard(heard - 1) == picture


# --- the spectrogram --------------------------------------------------------------------------------------------------


def test_a_tone_is_loudest_in_its_band() -> None:
    bands = [
        mel.columns(tone(10, hertz=hertz).astype(np.float32) / 32768).mean(axis=1).argmax()
        for hertz in (200, 1000, 3000)
    ]
    assert bands == sorted(bands) and len(set(bands)) == 3
    # 15 mels to a kilohertz, of 45.2 in all: a third of the 80 bands.
    assert abs(bands[1] - 25) <= 1


def test_columns_do_not_depend_on_how_the_sound_came_in() -> None:
    random = np.random.default_rng(0)
    sound = (random.normal(0, 0.1, 40 * FRAME) * 32767).clip(-32768, 32767).astype(np.int16)
    whole = mel.columns(np.concatenate([np.zeros(200, np.float32), sound.astype(np.float32) / 32768]))
    hearing = hear(sound)
    first, end = windows.window_columns(35)
    window = hearing.window(35)
    again = mel.levelled(whole[:, first:end], max(1.2, float(whole[:, :end].max())))
    assert np.abs(window - again).max() < 0.05


def test_silence_is_flat_and_quiet() -> None:
    window = hear(silence(20)).window(10)
    assert window.shape == (80, 144) and window.dtype == np.float32
    assert np.ptp(window) == 0 and window.max() < 0


def test_a_click_is_where_it_sounds() -> None:
    sound = silence(60)
    at = 40 * FRAME + 100
    sound[at : at + 16] = 20000
    hearing = hear(sound)
    first, _ = windows.window_columns(40)
    loudest = first + int(hearing.window(40).mean(axis=0).argmax())
    assert abs(loudest * spec.HOP_SAMPLES - at) <= 200


def test_the_beginning_is_not_drawn_from_amplified_silence() -> None:
    random = np.random.default_rng(1)
    noise = (random.normal(0, 0.0003, 10 * FRAME) * 32767).astype(np.int16)
    assert hear(noise).window(2).max() < 0


# --- what moves -------------------------------------------------------------------------------------------------------


def test_before_the_end_so_many_pictures_wait_for_what_follows() -> None:
    assert hear(tone(10), ended=False).ready == 10 - windows.LOOK_AHEAD_PICTURES
    assert hear(tone(10)).ready == 10
    assert hear(tone(2), ended=False).ready == 0
    assert hear(np.zeros(0, np.int16)).ready == 0


def test_silence_moves_no_mouth() -> None:
    hearing = hear(silence(30))
    assert [hearing.motion(picture) for picture in range(30)] == [0.0] * 30


def test_the_mouth_eases_in_before_speech_and_out_after_it() -> None:
    hearing = hear(np.concatenate([silence(20), tone(10), silence(30)]))
    motion = [round(hearing.motion(picture), 3) for picture in range(60)]
    assert motion[:17] == [0.0] * 17
    assert motion[17:20] == [round(share / EASING, 3) for share in (1, 2, 3)]
    assert motion[20 : 30 + HANGOVER] == [1.0] * (10 + HANGOVER)
    assert motion[30 + HANGOVER : 30 + HANGOVER + 2] == [0.667, 0.333]
    assert set(motion[30 + HANGOVER + 2 :]) == {0.0}


def test_a_short_pause_does_not_shut_the_mouth() -> None:
    hearing = hear(np.concatenate([tone(10), silence(HANGOVER), tone(10)]))
    assert {hearing.motion(picture) for picture in range(25)} == {1.0}


def test_a_recordings_room_is_a_pause() -> None:
    random = np.random.default_rng(2)
    room = (random.normal(0, 0.003, 40 * FRAME) * 32767).astype(np.int16)
    hearing = hear(np.concatenate([tone(20), room]))
    assert hearing.motion(19) == 1.0 and hearing.motion(45) == 0.0


def test_a_long_reply_is_forgotten_as_it_is_drawn() -> None:
    hearing = Hearing()
    for _ in range(2000):
        hearing.push(tone(1))
        if hearing.ready > 0:
            hearing.window(hearing.ready - 1)
    assert hearing._columns.shape[1] < 400
