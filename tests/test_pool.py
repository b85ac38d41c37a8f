import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.processes.phases import Phase, after, at
from sim.processes.pool import Pool
from sim.reference.equality import ShuffledEnvironment


@pytest.fixture
def env():
    return simpy.Environment()


def _granted(event):
    return event.triggered


def _run_at(env, instant, act):
    def process():
        yield at(env, instant)
        act()

    env.process(process())


def test_kinds_are_granted_together_or_not_at_all(env):
    pool = Pool(env, Phase.BREAKDOWN, stations=2, workers=3)
    first, second = pool.request((0,), stations=1, workers=2), pool.request((1,), stations=1, workers=2)
    env.run(until=1)
    assert [_granted(first), _granted(second)] == [True, False]
    assert pool.free == {"stations": 1, "workers": 1}
    assert pool.lacking == "workers"
    assert len(pool) == 1


def test_nobody_overtakes_the_head(env):
    pool = Pool(env, Phase.BREAKDOWN, floor=10)
    large, small = pool.request((0,), floor=11), pool.request((1,), floor=1)
    env.run(until=5)
    assert not _granted(large)
    assert not _granted(small)
    assert pool.free["floor"] == 10


def test_served_by_instant_of_the_request_then_key(env):
    pool = Pool(env, Phase.TUG, tugs=1)
    order = []

    def customer(name, instant, key):
        yield at(env, instant)
        yield pool.request(key, tugs=1)
        order.append((name, env.now))
        yield after(env, 10)
        pool.release(tugs=1)

    for name, instant, key in (("late", 2, (0,)), ("b", 1, (2, 0)), ("c", 1, (2, 1)), ("a", 1, (1, 9))):
        env.process(customer(name, instant, key))
    env.run()
    assert order == [("a", 1), ("b", 11), ("c", 21), ("late", 31)]


def test_a_rule_ranks_all_that_wait_before_each_grant(env):
    pool, order, seen = Pool(env, Phase.TUG, tugs=1), [], []

    def ranks(waiting):
        seen.append((env.now, pool.free["tugs"], waiting))
        return [-len(name) if len(waiting) > 2 else len(name) for name in waiting]

    def customer(name, key):
        yield pool.request((key,), about=name, tugs=1)
        order.append(name)
        yield after(env, 10)
        pool.release(tugs=1)

    pool.ranks = ranks
    for key, name in enumerate(("bb", "a", "dddd", "ccc")):
        env.process(customer(name, key))
    env.run()
    assert order == ["dddd", "ccc", "a", "bb"]
    assert seen[0] == (0, 1, ("bb", "a", "dddd", "ccc")) and seen[-1] == (30, 1, ("bb",))
    assert (10, 1, ("bb", "a", "ccc")) in seen


@pytest.mark.parametrize("seed", range(20))
def test_order_of_events_within_a_phase_does_not_matter(seed):
    env = ShuffledEnvironment(seed)
    pool = Pool(env, Phase.STAND, stands=2)
    order = []

    def customer(key):
        yield at(env, 7)
        yield pool.request((key,), stands=1)
        order.append((env.now, key))
        yield after(env, 3)
        pool.release(stands=1)

    for key in range(6):
        env.process(customer(key))
    env.run()
    assert sorted(order) == [(7, 0), (7, 1), (10, 2), (10, 3), (13, 4), (13, 5)]


def test_grants_come_in_their_phase_after_what_is_freed(env):
    """A release of the same instant is there for the request that came before it."""
    pool = Pool(env, Phase.DOOR, doors=1)
    pool.request((0,), doors=1)
    env.run(until=1)
    phases = []

    def waiting():
        yield at(env, 5)
        grant = yield pool.request((1,), doors=1)
        phases.append((env.now, grant.waited))

    env.process(waiting())
    _run_at(env, 5, lambda: pool.release(doors=1))
    env.run(until=6)
    assert phases == [(5, {})]


def test_cancelled_requests_are_never_granted_and_free_the_queue(env):
    pool = Pool(env, Phase.STAND, stands=2)
    both = pool.request((0,), stands=2)
    env.run(until=1)
    head, behind = pool.request((1,), stands=2), pool.request((2,), stands=1)
    env.run(until=2)
    pool.release(stands=1)
    env.run(until=3)
    assert _granted(both)
    assert not _granted(behind)
    pool.cancel(head)
    env.run(until=4)
    assert _granted(behind)
    assert not _granted(head)
    assert pool.lacking is None
    assert len(pool) == 0


def test_waits_are_told_by_the_first_kind_that_lacks(env):
    pool = Pool(env, Phase.BREAKDOWN, stations=1, workers=2, floor=5)
    pool.request((0,), stations=1, workers=2, floor=5)
    waits = []

    def second():
        yield at(env, 10)
        grant = yield pool.request((1,), stations=1, workers=1, floor=3)
        waits.append((env.now, grant.waited))

    env.process(second())
    _run_at(env, 14, lambda: pool.release(stations=1))
    _run_at(env, 17, lambda: pool.release(workers=2))
    _run_at(env, 30, lambda: pool.release(floor=2))
    _run_at(env, 41, lambda: pool.release(floor=1))
    env.run(until=60)
    assert waits == [(41, {"stations": 4, "workers": 3, "floor": 24})]
    assert pool.lacked_until(int(env.now)) == {"stations": 4, "workers": 3, "floor": 24}


def test_only_the_head_is_told_what_it_lacked(env):
    pool = Pool(env, Phase.TUG, tugs=1)
    waits = []

    def customer(key):
        grant = yield pool.request((key,), tugs=1)
        waits.append(grant.waited)
        yield after(env, 10)
        pool.release(tugs=1)

    for key in range(3):
        env.process(customer(key))
    env.run()
    assert waits == [{}, {"tugs": 10}, {"tugs": 10}]


def test_units_are_assigned_in_the_order_of_grants(env):
    units = iter([7, 8, 9])
    pool = Pool(env, Phase.BREAKDOWN, lambda key: next(units) + 10 * key[0], stations=2)
    requests = [pool.request((key,), stations=1) for key in (2, 0, 1)]
    env.run(until=1)
    assert [requests[1].value.unit, requests[2].value.unit] == [7, 18]
    assert not _granted(requests[0])


def test_time_held_is_counted_to_any_instant(env):
    pool = Pool(env, Phase.POSITION, positions=3)
    pool.request((0,), positions=2)
    _run_at(env, 10, lambda: pool.release(positions=1))
    env.run(until=20)
    assert pool.held_until(10) == {"positions": 20}
    assert pool.held_until(25) == {"positions": 20 + 15}


def test_more_released_than_taken_is_an_error(env):
    pool = Pool(env, Phase.TUG, tugs=2)
    pool.request((0,), tugs=1)
    env.run(until=1)
    pool.release(tugs=1)
    with pytest.raises(ValueError, match="tugs: 3 free of 2: released more than taken"):
        pool.release(tugs=1)


@settings(derandomize=True, database=None)
@given(
    jobs=st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 3), st.integers(0, 4), st.integers(1, 9)), min_size=1, max_size=12
    ),
    seed=st.integers(0, 99),
)
def test_against_a_queue_written_out(jobs, seed):
    """Jobs (instant, a, b, duration) on 3 a and 4 b: each starts when all before it have, and enough is free."""
    env = ShuffledEnvironment(seed)
    pool = Pool(env, Phase.BREAKDOWN, a=3, b=4)
    started = {}

    def job(key, instant, a, b, duration):
        yield at(env, instant)
        yield pool.request((key,), a=a, b=b)
        started[key] = env.now
        yield after(env, duration)
        pool.release(a=a, b=b)

    for key, parts in enumerate(jobs):
        env.process(job(key, *parts))
    env.run()

    expected, running, now = {}, [], 0
    for key in sorted(range(len(jobs)), key=lambda key: (jobs[key][0], key)):
        instant, a, b, duration = jobs[key]
        now = max(now, instant)
        while True:
            taken = [(job_a, job_b) for end, job_a, job_b in running if end > now]
            if sum(t[0] for t in taken) + a <= 3 and sum(t[1] for t in taken) + b <= 4:
                break
            now = min(end for end, _, _ in running if end > now)
        expected[key] = now
        running.append((now + duration, a, b))
    assert started == expected
    assert pool.free == pool.capacity
    total = sum(duration * a for _, a, _, duration in jobs)
    assert pool.held_until(int(env.now))["a"] == total
