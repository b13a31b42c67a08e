"""How Whisper's engine keeps sound, what it takes for silence, and where it cuts."""

from __future__ import annotations

import numpy as np
import pytest
from parley_workers.engines.whisper.sound import FRAME, LONGEST, RATE, Sound
from parley_workers.engines.whisper.utterance import Heard, Utterance
from parley_workers.engines.whisper.windows import LONGEST_WINDOW, LOOKED_AT, cut_of
from whisper_fakes import recording, silence, voice

RECORDINGS = ("tell-me-a-story", "what-is-parley", "how-is-the-weather", "capital-of-france")


def spoken_part(name: str) -> tuple[np.ndarray, float]:
    """The recording from its first sound to its last, and how loud its speech is."""
    sound = recording(name).astype(float)
    whole = sound[: len(sound) // FRAME * FRAME]
    levels = (whole.reshape(-1, FRAME) ** 2).mean(axis=1) ** 0.5
    loud = np.nonzero(levels > 200)[0]
    return whole[loud[0] * FRAME : (loud[-1] + 1) * FRAME], float(np.percentile(levels[loud[0] : loud[-1] + 1], 95))


def test_sound_comes_in_bodies_of_any_length() -> None:
    whole = voice(0.5)
    pcm, sound = whole.tobytes(), Sound()
    for at in range(0, len(pcm), 333):
        sound.add(pcm[at : at + 333])
    assert sound.length == len(whole)
    assert np.allclose(sound.part(0, sound.length), whole / 32768)
    frames = (whole[: 25 * FRAME].reshape(25, FRAME).astype(float) ** 2).mean(axis=1) ** 0.5
    assert np.allclose(sound.levels(), frames, rtol=1e-4)


def test_nothing_is_kept_of_what_is_said_beyond_the_bound() -> None:
    sound = Sound()
    for _ in range(5):
        sound.add(voice(30).tobytes())
    assert sound.length == LONGEST


@pytest.mark.parametrize(
    ("behind", "is_quiet"),
    [(silence(0.5), True), (voice(0.5, 60), True), (voice(0.5, 300), False), (voice(0.02), False)],
)
def test_silence_is_what_is_far_below_the_speech(behind: np.ndarray, is_quiet: bool) -> None:
    sound = Sound()
    sound.add(voice(1).tobytes() + behind.tobytes() + silence(0.1).tobytes())
    assert sound.is_quiet(0, RATE) is is_quiet


def test_steady_noise_is_silence_unless_it_is_nearly_as_loud_as_the_speech() -> None:
    dice = np.random.default_rng(1)
    for level, is_quiet in ((60, True), (200, False), (1200, False)):
        noise = dice.normal(0, level, 3 * RATE)
        noise[RATE : 2 * RATE] += voice(1)
        sound = Sound()
        sound.add(noise.astype("<i2").tobytes())
        assert sound.is_quiet(0, 2 * RATE + FRAME) is is_quiet
        assert not sound.is_quiet(0, RATE)


def with_noise(sound: np.ndarray, speech: float, below_db: float) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, speech * 10 ** (-below_db / 20), len(sound))
    return (sound + noise).clip(-32768, 32767).astype("<i2")


def known_after(heard: np.ndarray, at: int) -> bool:
    """Whether what was decoded of the sound before counts as all of it."""
    utterance = Utterance(lambda *asked: Heard("words", "en", True), "en")
    utterance.sound.add(heard[:at].tobytes())
    utterance.decode(is_final=False)
    utterance.sound.add(heard[at:].tobytes())
    return utterance.is_heard


@pytest.mark.parametrize("below_db", [60, 30, 28, 26, 24, 22, 21, 20, 16])
@pytest.mark.parametrize("lead", [0.0, 0.25])
@pytest.mark.parametrize("name", RECORDINGS)
def test_words_that_trail_off_into_the_noise_are_no_silence(name: str, lead: float, below_db: float) -> None:
    words, speech = spoken_part(name)
    end = int(lead * RATE) + len(words)
    for fade in (1.0, 0.3, 0.2, 0.16, 0.12):
        trailing = words.copy()
        trailing[-int(0.45 * RATE) :] *= fade
        heard = with_noise(np.concatenate([silence(lead), trailing, silence(1)]), speech, below_db)
        early = [at for at in range(end - int(0.65 * RATE), end - RATE // 10, RATE // 20) if known_after(heard, at)]
        assert early == [], fade


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_pause_in_light_noise_is_silence(name: str) -> None:
    words, speech = spoken_part(name)
    for below_db in (60, 40, 30):
        heard = with_noise(np.concatenate([silence(0.25), words, silence(1)]), speech, below_db)
        assert known_after(heard, int(0.5 * RATE) + len(words)), below_db


def test_what_fits_into_a_window_is_not_cut() -> None:
    assert cut_of(np.ones(LONGEST_WINDOW // FRAME), LONGEST_WINDOW) is None


def test_a_long_utterance_is_cut_in_its_last_pause() -> None:
    levels = np.full(40 * 50, 1000.0)
    first = (LONGEST_WINDOW - LOOKED_AT) // FRAME
    for at in (first - 100, first + 100, first + 300):
        levels[at : at + 10] = 1.0
    assert cut_of(levels, 40 * RATE) == (first + 305) * FRAME


def test_who_makes_no_pause_is_cut_late() -> None:
    cut = cut_of(np.full(40 * 50, 1000.0), 40 * RATE)
    assert cut is not None and LONGEST_WINDOW - RATE // 2 < cut <= LONGEST_WINDOW
