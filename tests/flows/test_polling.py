"""How often an idle worker looks into the work pool."""

from itertools import accumulate

from flows.worker import LAZY, POLL, _eased


def test_an_idle_worker_looks_less_and_less_often_but_every_five_seconds_at_least() -> None:
    pauses = list(accumulate(range(80), lambda pause, _: _eased(pause), initial=POLL / 4))
    assert pauses[1] > POLL
    assert pauses == sorted(pauses)
    assert max(pauses) == pauses[-1] == LAZY
    assert 60 < sum(pause for pause in pauses if pause < LAZY) < 120, "a minute or two"
