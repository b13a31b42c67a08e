"""Who speaks when, and what happens when it goes wrong: the parts around the model."""

from __future__ import annotations

import queue
import threading
from functools import partial

import numpy as np
import pytest
from conftest import phrases, quiet, until
from fake_model import PIECE, Desk, Fake, OutOfMemoryError, a_voice, desk
from parley_workers.engine import Cancelled, EngineLost, WorkerError
from parley_workers.engines.xtts.edges import FADE, Edges
from parley_workers.speech.measures import Measures
from parley_workers.speech.sound import HEAD, STEP, TAIL
from parley_workers.speech.speak import speaking

LOUD = [0.1, 0.2, 0.3]


def heard(at: Desk, text: str = "Hello.") -> np.ndarray:
    context = quiet(threading.Event())
    return np.concatenate([said.samples for said in at.xtts.say(text, at.xtts.voice("Ada"), 1.0, context)])


def caller(at: Desk, text: str, cancelled: threading.Event | None = None) -> queue.SimpleQueue:
    """Somebody who listens on a thread of his own; what ended it comes last."""
    ended: queue.SimpleQueue = queue.SimpleQueue()
    context = quiet(cancelled or threading.Event())

    def listen() -> None:
        try:
            for _ in speaking(at.xtts, Measures())({"voice": "Ada"}, phrases(text), context):
                pass
            ended.put(None)
        except BaseException as error:  # noqa: BLE001 - Cancelled is one.
            ended.put(error)

    threading.Thread(target=listen, daemon=True).start()
    return ended


def test_two_callers_take_turns_clause_by_clause() -> None:
    fake = Fake([0.1], gate=threading.Semaphore(0))
    at = desk(fake)

    def begun(clauses: int) -> bool:
        return len(fake.texts) == clauses

    first = caller(at, "A one. A two. A three.")
    until(lambda: len(fake.texts) == 1)
    second = caller(at, "B one. B two. B three.")
    for clause in range(1, 6):
        # Whoever has spoken stands in the queue again before the other has ended.
        until(lambda: at.places.waiting == 1)
        fake.gate.release()
        until(partial(begun, clause + 1))
    fake.gate.release()
    assert first.get(timeout=60) is None and second.get(timeout=60) is None
    assert fake.texts == ["A one.", "B one.", "A two.", "B two.", "A three.", "B three."]


def test_who_waits_too_long_is_told() -> None:
    fake = Fake([0.1], gate=threading.Semaphore(0))
    at = desk(fake, most_wait_s=0.0)
    cancelled = threading.Event()
    first = caller(at, "A.", cancelled)
    until(lambda: len(fake.texts) == 1)
    error = caller(at, "B.").get(timeout=60)
    assert isinstance(error, WorkerError) and error.code == "tts_failed" and "busy" in str(error)
    cancelled.set()
    assert isinstance(first.get(timeout=60), Cancelled)


def test_who_listens_slowly_holds_nobody_up() -> None:
    at = desk(Fake(LOUD))
    slow = at.xtts.say("One.", at.xtts.voice("Ada"), 1.0, quiet(threading.Event()))
    next(slow)
    until(lambda: at.places.taken == 0)
    assert len(heard(at)) > 0
    assert sum(len(said.samples) for said in slow) > 0


def test_a_cancel_in_the_middle_of_a_clause_frees_the_model() -> None:
    fake = Fake(LOUD, gate=threading.Semaphore(1))
    at = desk(fake)
    cancelled = threading.Event()
    ended = caller(at, "One.", cancelled)
    until(lambda: len(fake.texts) == 1)
    assert at.places.taken == 1
    cancelled.set()
    assert isinstance(ended.get(timeout=60), Cancelled)
    assert at.places.taken == 0
    fake.gate = None
    assert len(heard(at)) > 0


def test_whoever_leaves_frees_the_model() -> None:
    fake = Fake(LOUD, gate=threading.Semaphore(1))
    at = desk(fake)
    said = at.xtts.say("One.", at.xtts.voice("Ada"), 1.0, quiet(threading.Event()))
    next(said)
    assert at.places.taken == 1
    said.close()
    assert at.places.taken == 0


def test_a_cancel_while_waiting_leaves_the_queue() -> None:
    fake = Fake(LOUD, gate=threading.Semaphore(0))
    at = desk(fake)
    first, second = threading.Event(), threading.Event()
    speaks = caller(at, "A.", first)
    until(lambda: len(fake.texts) == 1)
    waits = caller(at, "B.", second)
    until(lambda: at.places.waiting == 1)
    second.set()
    assert isinstance(waits.get(timeout=60), Cancelled) and at.places.waiting == 0
    first.set()
    assert isinstance(speaks.get(timeout=60), Cancelled)


# --- a GPU ---------------------------------------------------------------------------------------------------------------


def test_a_gpu_without_room_leaves_the_clause_to_the_cpu_and_nothing_is_said_twice() -> None:
    whole = heard(desk(Fake(LOUD)))
    at = desk(Fake(LOUD, fault=OutOfMemoryError("CUDA out of memory. Tried to allocate 2 MiB")), device="cuda")
    assert np.array_equal(heard(at), whole) and len(whole) == 3 * PIECE
    assert (at.movable.device, at.movable.moved) == ("cpu", True)
    assert len(at.told) == 1 and "going on with the CPU" in at.told[0]
    assert np.array_equal(heard(at), whole) and len(at.told) == 1


def test_any_other_fault_of_a_gpu_ends_the_process() -> None:
    at = desk(Fake(LOUD, fault=RuntimeError("CUDA error: device-side assert triggered")), device="cuda")
    with pytest.raises(EngineLost, match="device-side assert"):
        heard(at)
    assert at.places.taken == 0


def test_silence_is_a_failure() -> None:
    at = desk(Fake([0.0, 0.0]))
    with pytest.raises(WorkerError, match="silent") as failure:
        heard(at)
    assert failure.value.code == "tts_failed" and at.places.taken == 0


# --- edges ---------------------------------------------------------------------------------------------------------------


def shown(*pieces: np.ndarray) -> tuple[list[int], np.ndarray]:
    edges = Edges()
    given = [edges.push(piece.astype(np.float32)) for piece in pieces] + [edges.finish()]
    return [len(piece) for piece in given], np.concatenate(given)


def quiet_for(steps: int) -> np.ndarray:
    return np.zeros(steps * STEP)


def loud_for(steps: int) -> np.ndarray:
    return np.full(steps * STEP, 0.5)


def test_silence_before_and_behind_is_dropped_while_it_comes() -> None:
    lengths, sound = shown(quiet_for(100), quiet_for(50), np.concatenate([quiet_for(7), loud_for(20)]), quiet_for(200))
    assert lengths[:2] == [0, 0] and lengths[2] == HEAD + 20 * STEP - FADE
    assert len(sound) == HEAD + 20 * STEP + TAIL
    assert (sound[:HEAD] == 0).all() and (sound[HEAD : HEAD + 20 * STEP] == 0.5).all()


def test_a_pause_between_two_words_stays() -> None:
    lengths, sound = shown(loud_for(10), quiet_for(100), loud_for(10))
    assert lengths[1] <= FADE and len(sound) == 120 * STEP


def test_pieces_of_any_length_make_the_same_sound() -> None:
    whole = np.concatenate([quiet_for(30), loud_for(9), quiet_for(40), loud_for(11), quiet_for(90)])
    # Cut within the steps that loudness is measured in; grids of steps may lie differently, but not by more than one.
    _, cut = shown(*np.array_split(whole, 37))
    _, once = shown(whole)
    assert abs(len(cut) - len(once)) <= 2 * STEP and cut.max() == 0.5


def test_what_is_cut_while_it_sounds_fades() -> None:
    _, sound = shown(loud_for(50))
    assert len(sound) == 50 * STEP and sound[-1] == 0 and (np.diff(sound[-FADE:]) < 0).all()


def test_only_so_many_learnt_voices_are_kept_and_the_latest_heard_stay() -> None:
    voices = desk(Fake(LOUD)).voices
    names = [voices.keep(f"{number:064x}", a_voice()) for number in range(256)]
    voices.find(names[0])
    voices.keep("f" * 64, a_voice())
    assert voices.kept == 256 and voices.find(names[0]) is not None
    with pytest.raises(WorkerError) as failure:
        voices.find(names[1])
    assert failure.value.code == "unknown_voice"
