"""How long an attempt takes."""

from harness.play.clock import Clock


def test_time_that_passes_and_time_that_is_credited_count() -> None:
    times = iter([100.0, 102.0006])
    clock = Clock(lambda: next(times))
    clock.credit(1.5)
    clock.credit(-3.0)  # more was waited for an answer than it once took
    assert clock.seconds == 3.501
