"""Work begun in another process: the same result, the same error, and no loss where the process is lost."""

import os
import pickle
import time
from functools import partial

import pytest
from conftest import instance_of
from test_blocks import donors

from alloc import run
from alloc.errors import AllocError, AuditError, Fault, InstanceError, RequestError, SolveError
from alloc.solver import ahead


def lost(home: int) -> str:
    """Leave at once where this is another process."""
    if os.getpid() != home:
        os._exit(1)
    return "done here"


def refused() -> None:
    raise SolveError("solver_failed", condition="x")


def test_what_is_begun_elsewhere_is_done_here_when_its_process_is_lost():
    with ahead(partial(lost, os.getpid()), worth=True) as result:
        assert result() == "done here"


def test_what_is_refused_elsewhere_is_refused_here_in_the_same_words():
    for worth in (True, False):
        with ahead(refused, worth) as result, pytest.raises(SolveError) as error:
            result()
        assert error.value.say("zh") == SolveError("solver_failed", condition="x").say("zh")


def test_what_is_not_waited_for_is_given_up():
    started = time.monotonic()
    with ahead(partial(time.sleep, 60), worth=True):
        pass
    assert time.monotonic() - started < 30


def test_the_status_quo_is_the_same_wherever_it_is_sought(monkeypatch):
    instance, asked = instance_of(donors(3)), []

    def told(work, worth):
        asked.append(worth)
        return ahead(work, worth)

    monkeypatch.setattr(run, "ahead", told)
    here = run.solve(instance).figures["status_quo"]
    monkeypatch.setattr(run, "MANY", 1)
    assert run.solve(instance).figures["status_quo"] == here
    assert asked == [False, True]


@pytest.mark.parametrize(
    "error",
    [
        InstanceError([Fault("counties.csv:2", "id", "did_you_mean", {"word": "a"})]),
        RequestError("no_language", found="fr", known="en, zh"),
        AuditError(["one", "two"]),
    ],
)
def test_an_error_says_the_same_after_a_journey(error: AllocError):
    same = pickle.loads(pickle.dumps(error))
    assert [same.say(), same.say("zh"), str(same)] == [error.say(), error.say("zh"), str(error)]
