"""Which pictures are drawn next, how many replies are taken on, and what reaches whom: all without a model."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

np = pytest.importorskip("numpy", reason="MuseTalk's loop needs numpy")
pytest.importorskip("cv2", reason="MuseTalk's patches need opencv-python-headless")

from parley_workers.engine import Cancelled, Chunk, Context, WorkerError  # noqa: E402
from parley_workers.musetalk.admission import Admission  # noqa: E402
from parley_workers.musetalk.drawing import Drawing, Order  # noqa: E402
from parley_workers.musetalk.measures import Measures, percentile  # noqa: E402
from parley_workers.musetalk.reply import FIRST_PICTURES, READ_AHEAD, Reply  # noqa: E402
from parley_workers.musetalk.schedule import LOST_S, PATIENCE_S, Batch, Schedule  # noqa: E402
from parley_workers.streams import Stream  # noqa: E402

COSTS = {1: 0.010, 2: 0.012, 4: 0.018, 8: 0.030}
# Only a hang meets it.
LONG_S = 60


def schedule(*streams: str) -> Schedule[str]:
    made: Schedule[str] = Schedule(COSTS)
    for stream in streams:
        made.enter(stream)
    return made


def add(plan: Schedule[str], stream: str, picture: int, work: str, now: float, began: float = 0.0) -> None:
    """Due as a reply's pictures are whose first one is expected 120 ms after it began."""
    plan.add(stream, work, now, began + 0.120 + 0.040 * picture, first=picture < FIRST_PICTURES)


def works(batch: object) -> list[str]:
    assert isinstance(batch, Batch)
    return [unit.work for unit in batch.units]


# --- the schedule -----------------------------------------------------------------------------------------------------


def test_what_is_due_first_is_drawn_first_whoever_asked_first() -> None:
    plan = schedule("a", "b")
    add(plan, "a", 0, "a0", 0.0)
    add(plan, "b", 0, "b0", 0.1, began=0.1)
    assert works(plan.take(0.1)) == ["a0", "b0"]
    for picture in (20, 21, 22, 23):
        add(plan, "a", picture, f"a{picture}", 0.2)
    for picture in (10, 11, 12, 13):
        add(plan, "b", picture, f"b{picture}", 0.3, began=0.1)
    assert works(plan.take(0.3)) == ["b10", "b11", "b12", "b13", "a20", "a21", "a22", "a23"]


def test_the_first_pictures_of_an_utterance_go_ahead_of_all() -> None:
    plan = schedule("talking", "beginning")
    add(plan, "talking", 0, "t0", 0.0)
    plan.take(0.0)
    for picture in range(50, 58):
        add(plan, "talking", picture, f"t{picture}", 1.0)
    add(plan, "beginning", 0, "b0", 10.0, began=10.0)
    assert works(plan.take(10.0))[0] == "b0"
    add(plan, "beginning", FIRST_PICTURES, "b4", 10.0, began=10.0)
    assert works(plan.take(10.0)) == ["t57", "b4"]


def test_a_picture_waits_a_moment_for_company() -> None:
    plan = schedule("a")
    add(plan, "a", 0, "first", 0.0)
    plan.take(0.0)
    add(plan, "a", 30, "later", 0.0)
    rest = plan.take(0.004)
    assert isinstance(rest, float) and rest == pytest.approx(PATIENCE_S - 0.004)
    assert works(plan.take(PATIENCE_S)) == ["later"]


def test_nobody_waits_who_begins_or_is_nearly_late() -> None:
    plan = schedule("a")
    add(plan, "a", 0, "first", 0.0)
    assert works(plan.take(0.0)) == ["first"]
    add(plan, "a", 10, "late", 0.5)
    assert works(plan.take(0.5)) == ["late"]


def test_a_full_batch_does_not_wait() -> None:
    plan = schedule("a")
    add(plan, "a", 0, "0", 0.0)
    plan.take(0.0)
    for picture in range(40, 50):
        add(plan, "a", picture, str(picture), 0.0)
    batch = plan.take(0.0)
    assert len(works(batch)) == 8 and batch.size == 8
    assert isinstance(plan.take(0.0), float)


@pytest.mark.parametrize(
    ("waiting", "taken", "size"), [(1, 1, 1), (3, 3, 4), (5, 4, 4), (6, 6, 8), (7, 7, 8), (8, 8, 8)]
)
def test_a_batch_is_padded_where_that_is_cheaper_than_two(waiting: int, taken: int, size: int) -> None:
    # Five: 18 + 10 ms for 4 and 1, against 30 for 8. Six: 18 + 12 are not less than 30.
    plan = schedule(*(str(stream) for stream in range(waiting)))
    for stream in range(waiting):
        add(plan, str(stream), 0, str(stream), 0.0)
    batch = plan.take(0.0)
    assert (len(works(batch)), batch.size) == (taken, size)


def test_a_dropped_stream_is_not_drawn_and_cannot_come_back() -> None:
    plan = schedule("a", "b")
    for picture in range(3):
        add(plan, "a", picture, f"a{picture}", 0.0)
        add(plan, "b", picture, f"b{picture}", 0.0)
    assert plan.drop("a") == 3
    add(plan, "a", 3, "a3", 0.0)
    assert works(plan.take(0.0)) == ["b0", "b1", "b2"]
    assert plan.take(0.0) is None and len(plan) == 0 and plan._streams == {"b"}


def test_what_nobody_would_see_any_more_is_not_drawn() -> None:
    plan = schedule("a", "b")
    add(plan, "a", 0, "a0", 0.0)
    add(plan, "a", 10, "a10", 0.0)
    add(plan, "b", 0, "b0", 0.5, began=0.5)
    # Drawing it would take another 10 ms.
    assert plan.lost(0.105 + LOST_S) == []
    assert [unit.work for unit in plan.lost(0.115 + LOST_S)] == ["a0"]
    assert works(plan.take(0.6)) == ["b0", "a10"]


# --- admission --------------------------------------------------------------------------------------------------------


def test_mouths_move_less_often_before_anybody_is_turned_away() -> None:
    admission = Admission(100.0)
    assert (admission.at_full_rate, admission.most) == (3, 9)
    held, shared = [], []
    for _ in range(9):
        held.append(admission.reply())
        held[-1].__enter__()
        shared.append(admission.shared)
    assert shared == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    with pytest.raises(WorkerError) as refused, admission.reply():
        pass
    assert refused.value.code == "at_capacity" and refused.value.retryable
    held.pop().__exit__(None, None, None)
    with admission.reply():
        assert admission.replies == 9


@pytest.mark.parametrize(("when_shared", "most"), [(150.0, 4), (1000.0, 9), (60.0, 3)])
def test_what_is_laid_over_and_encoded_limits_how_many_share(when_shared: float, most: int) -> None:
    admission = Admission(100.0, when_shared)
    assert (admission.at_full_rate, admission.most) == (3, most)


def test_a_device_that_is_too_slow_for_one_still_tries() -> None:
    admission = Admission(4.0)
    assert (admission.at_full_rate, admission.most) == (0, 1)
    with admission.reply():
        assert admission.shared == 3


def test_a_failed_reply_gives_its_place_back() -> None:
    admission = Admission(30.0)
    with pytest.raises(ValueError), admission.reply():
        raise ValueError
    assert admission.replies == 0


def test_percentiles() -> None:
    assert percentile([], 0.99) == 0
    assert percentile(range(100), 0.99) == 99 and percentile([3, 1, 2], 0.5) == 2


# --- the loop and the replies -----------------------------------------------------------------------------------------


class Look:
    """What a reply needs of a face."""

    quality = 90
    loop = 10

    def picture_at(self, base: int) -> int:
        return base % self.loop

    def place(self, base: int) -> tuple[int, int, int, int]:
        return (16, 32, 48, 64)


class Brush:
    """Paints the number of the order into every pixel. `gate`: batches wait until it is opened."""

    def __init__(
        self, gate: threading.Event | None = None, fail: Callable[[int], Exception | None] = lambda n: None
    ) -> None:
        self.batches: list[int] = []
        self.started = threading.Semaphore(0)
        self._gate = gate
        self._fail = fail

    def start(self, orders: Sequence[Order], size: int) -> Brush:
        self.batches.append(len(orders))
        self.started.release()
        if (error := self._fail(len(self.batches))) is not None:
            raise error
        self._orders = list(orders)
        started = Brush(self._gate)
        started._orders = self._orders
        return started

    def patches(self) -> list[list[np.ndarray | None]]:
        if self._gate is not None:
            assert self._gate.wait(LONG_S)
        return [[np.full((16, 16, 3), 8 * shot.picture, np.uint8) for shot in order.shots] for order in self._orders]


def loud(count: int) -> Iterator[Chunk]:
    random = np.random.default_rng(0)
    for _ in range(count):
        yield Chunk({}, (random.normal(0, 0.2, 640) * 32767).clip(-32768, 32767).astype("<i2").tobytes())


def quiet(count: int) -> Iterator[Chunk]:
    for _ in range(count):
        yield Chunk({}, bytes(1280))


def ticks() -> Callable[[], float]:
    """A clock that goes on by 0.2 ms whenever it is read: nothing here depends on how fast the machine is."""
    count = itertools.count()
    return lambda: next(count) / 5000


def reply(
    drawing: Drawing,
    chunks: Iterator[Chunk],
    base: int = 0,
    shared: int = 1,
    clock: Callable[[], float] | None = None,
) -> Reply:
    made = Reply(Look(), base, drawing, lambda: shared, clock or (lambda: 0.0))
    threading.Thread(target=made.listen, args=(chunks,), daemon=True).start()
    return made


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def drawing(brush: Brush, measures: Measures | None = None, clock: Callable[[], float] | None = None) -> Drawing:
    return Drawing(brush, COSTS, measures or Measures(), clock or ticks())


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 60])
def test_one_picture_for_each_frame_in_order(count: int) -> None:
    pictures = list(reply(drawing(Brush()), loud(count), base=7).pictures())
    assert [chunk.data["index"] for chunk in pictures] == list(range(count))
    assert [chunk.data["base"] for chunk in pictures] == [(7 + n) % 10 for n in range(count)]
    assert all(chunk.body[:2] == b"\xff\xd8" for chunk in pictures)
    assert all(chunk.data["place"] == {"x": 16, "y": 32, "width": 32, "height": 32} for chunk in pictures)


def test_silence_takes_no_device() -> None:
    brush = Brush()
    pictures = list(reply(drawing(brush), quiet(40)).pictures())
    assert brush.batches == []
    assert [chunk.data for chunk in pictures] == [{"index": n, "base": n % 10} for n in range(40)]


def test_a_shared_mouth_is_drawn_once_for_several_pictures() -> None:
    brush, measures = Brush(), Measures()
    pictures = list(reply(drawing(brush, measures), loud(30), shared=3).pictures())
    assert len(pictures) == 30 and all(chunk.body for chunk in pictures)
    assert sum(brush.batches) < 20 and measures.values()["pictures"] == 30


def test_no_more_is_under_way_than_it_says() -> None:
    taken = 0

    def counted() -> Iterator[Chunk]:
        nonlocal taken
        for chunk in loud(500):
            taken += 1
            yield chunk

    for read, _ in enumerate(reply(drawing(Brush()), counted()).pictures()):
        assert taken - read <= READ_AHEAD
        if read == 200:
            break


def test_whoever_leaves_gets_nothing_more_and_costs_nothing_more() -> None:
    gate, measures = threading.Event(), Measures()
    brush = Brush(gate)
    loop = drawing(brush, measures)
    # It occupies the device. All that one reply may have under way would fit into two batches, and then none would wait.
    first = reply(loop, loud(1))
    assert brush.started.acquire(timeout=LONG_S)
    leaving = reply(loop, loud(100))
    until(lambda: loop.waiting > 0)
    leaving.leave()
    with pytest.raises(Cancelled):
        next(leaving.pictures())
    gate.set()
    assert len(list(first.pictures())) == 1
    staying = list(reply(loop, loud(10)).pictures())
    assert len(staying) == 10
    assert loop.waiting == 0 and measures.dropped > 0


def test_several_replies_share_batches() -> None:
    gate = threading.Event()
    brush = Brush(gate)
    loop = drawing(brush)
    # The first one occupies the device while the others gather.
    replies = [reply(loop, loud(8), base=base) for base in range(4)]
    gate.set()
    for base, one in enumerate(replies):
        assert [chunk.data["base"] for chunk in one.pictures()] == [(base + n) % 10 for n in range(8)]
    assert max(brush.batches) > 1


def test_what_fails_is_told_to_those_whose_pictures_it_were_and_the_loop_goes_on() -> None:
    brush = Brush(fail=lambda batch: WorkerError("engine_failed", "no memory") if batch == 1 else None)
    loop = drawing(brush)
    with pytest.raises(WorkerError, match="no memory"):
        list(reply(loop, loud(10)).pictures())
    assert len(list(reply(loop, loud(10)).pictures())) == 10


def test_a_frame_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(WorkerError, match="a frame of 6 bytes"):
        list(reply(drawing(Brush()), iter([Chunk({}, b"abcdef")])).pictures())


def test_what_comes_too_late_to_be_seen_is_left_out_and_what_follows_is_drawn() -> None:
    """The gateway says with each frame how many have left. Nothing is drawn of those whose time is long over."""
    brush, measures = Brush(), Measures()
    tick, late = ticks(), [0.0]

    def clock() -> float:
        return tick() + late[0]

    def told() -> Iterator[Chunk]:
        for index, chunk in enumerate(loud(60)):
            if index == 30:
                # The voice has gone on alone; the picture that is asked for next would be 1.2 s late.
                late[0] = 1.2
            yield Chunk({"released": 0 if index < 30 else 60}, chunk.body)

    drawn = list(reply(drawing(brush, measures, clock), told(), clock=clock).pictures())
    assert [chunk.data["index"] for chunk in drawn] == list(range(60))
    assert measures.values()["pictures_lost"] > 0 and any(not chunk.body for chunk in drawn)


def test_a_device_that_falls_behind_lets_pictures_share_a_mouth() -> None:
    brush = Brush()
    one = Reply(Look(), 0, drawing(brush), lambda: 1, lambda: 0.0)
    one._keep_time(0)
    assert one._pressed() == 1
    for late, shared in ((0.1, 1), (0.15 + 0.09, 2), (0.15 + 0.17, 3), (5.0, 3)):
        one._clock = lambda late=late: late
        assert one._pressed() == shared


def test_a_pause_makes_nothing_late() -> None:
    one = Reply(Look(), 0, drawing(Brush()), lambda: 1, lambda: 10.0)
    one._clock = lambda: 0.0
    one._keep_time(0)
    before = one._due(20)
    one._clock = lambda: 10.0
    one._keep_time(15)
    assert one._due(20) == pytest.approx(10.0 + 0.15 + 5 * 0.04) and before == pytest.approx(0.95)


def test_while_nothing_has_left_nothing_is_late_however_long_the_voice_pauses() -> None:
    one = Reply(Look(), 0, drawing(Brush()), lambda: 1, lambda: 3.0)
    one._clock = lambda: 0.0
    one._keep_time(0)
    one._clock = lambda: 3.0
    one._keep_time(0)
    assert one._due(20) > 3.0 and one._pressed() == 1


def test_after_a_pause_an_utterance_begins_anew() -> None:
    """Its first pictures go ahead of everybody's later ones, as those of an answer do."""
    firsts: list[tuple[int, bool]] = []

    class Noting(Drawing):
        def submit(self, stream: object, order: Order, due: float, first: bool) -> None:
            firsts.append((order.shots[0].index, first))
            super().submit(stream, order, due, first)

    loop = Noting(Brush(), COSTS, Measures(), ticks())
    sound = itertools.chain(loud(20), quiet(30), loud(20))
    assert len(list(reply(loop, sound).pictures())) == 70
    assert [index for index, first in firsts if first] == [0, 1, 2, 3, 47, 48, 49, 50]


def test_a_cancel_is_noticed_while_the_device_is_busy_with_others() -> None:
    """Through the worker's own stream: nothing is drawn for it any more, and its place is free at once."""
    gate = threading.Event()
    brush = Brush(gate)
    loop = drawing(brush)
    admission = Admission(30.0)
    stream = Stream(0, 1, 100, lambda chunks: None)
    context = Context(stream.cancelled, lambda level, message, fields: None, stream.on_cancel)
    left = threading.Event()

    def animate() -> None:
        with admission.reply():
            one = reply(loop, loud(100))
            context.on_cancel(one.leave)
            with contextlib.suppress(Cancelled):
                list(one.pictures())
        left.set()

    reply(loop, loud(1))
    assert brush.started.acquire(timeout=LONG_S)
    threading.Thread(target=animate, daemon=True).start()
    until(lambda: loop.waiting > 0)
    stream.cancel()
    assert left.wait(LONG_S)
    assert loop.waiting == 0 and admission.replies == 0
    gate.set()
