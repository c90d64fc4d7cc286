"""Work begun in another process: the same result, the same error, and no loss where the process is lost."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial

import pytest
from conftest import instance_of
from test_blocks import donors

from alloc import counterfactual, run
from alloc.errors import AllocError, AuditError, Fault, InstanceError, RequestError, SolveError
from alloc.model import build
from alloc.solver import ahead, pool, solve_suited, solve_whole
from alloc.solver.pool import keep_spares, open_pool, reuse_processes
from alloc.study.request import answer


def lost(home: int) -> str:
    """Leave at once where this is another process."""
    if os.getpid() != home:
        os._exit(1)
    return "done here"


def refused() -> None:
    raise SolveError("solver_failed", condition="x")


def test_what_is_begun_elsewhere_is_done_here_when_its_process_is_lost():
    with ahead(partial(lost, os.getpid())) as result:
        assert result(None) == "done here"


def test_what_is_refused_elsewhere_is_refused_here_in_the_same_words():
    with ahead(refused) as result, pytest.raises(SolveError) as error:
        result(None)
    assert error.value.say("zh") == SolveError("solver_failed", condition="x").say("zh")


def test_a_script_needs_no_guard_for_what_runs_beside_it(tmp_path):
    """A process that ran the script again would ask for a process itself, and end in a traceback."""
    script = tmp_path / "script.py"
    script.write_text(
        "from operator import add\n"
        "from functools import partial\n"
        "from alloc.solver import ahead\n"
        "with ahead(partial(add, 1, 2)) as result:\n"
        "    print(result(None))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("3\n", "")


def test_what_is_not_waited_for_is_given_up():
    started = time.monotonic()
    with ahead(partial(time.sleep, 3600)):
        pass
    assert time.monotonic() - started < 600


def test_the_worlds_are_the_same_wherever_they_are_sought(monkeypatch):
    instance, asked = instance_of(donors(3)), []

    def told(work):
        asked.append(True)
        return ahead(work)

    monkeypatch.setattr(counterfactual, "ahead", told)
    worlds = ("status_quo", "without_aid")
    figures = run.solve(instance).figures
    here = [figures[world] for world in worlds]
    assert asked == []
    monkeypatch.setattr(counterfactual, "MANY", 1)
    there = run.solve(instance).figures
    assert [there[world] for world in worlds] == here
    assert asked == [True]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_study_has_the_same_worlds_sought_with_its_plan_or_after(monkeypatch, at_once):
    monkeypatch.setattr(counterfactual, "MANY", 1)
    instance = instance_of(donors(3))
    asked = answer(instance, instance.solver, 2, None, "en", at_once=at_once)
    assert (asked.known is not None) == at_once
    figures = asked.make_result(asked.own, 0.0).figures
    alone = run.solve(instance).figures
    for name in ("objective", "status_quo", "without_aid", "through_aid"):
        assert figures[name] == alone[name]


@pytest.mark.parametrize(("nation", "ties"), [("first", True), (None, None)])
def test_a_world_that_holds_what_the_nation_pays_is_the_plan_that_spends_less(monkeypatch, nation, ties):
    """Points of a sweep seek that too: the same question has one answer, whoever asks."""
    instance, asked = instance_of(donors(3)), []
    question = instance if nation is None else instance.model_copy(update={"nation": nation})

    def spy(*words, **how):
        asked.append(how["ties"])
        return solve_suited(*words, **how)

    monkeypatch.setattr(counterfactual, "solve_suited", spy)
    counterfactual.find_without_aid(question, question.solver)
    assert set(asked) == {ties}


def test_a_world_that_is_not_there_in_time_is_unknown(monkeypatch):
    """After Ctrl-C the plan is told without what is claimed through the aid, which nobody knows."""
    monkeypatch.setattr(counterfactual, "MANY", 1)
    instance = instance_of(donors(3))
    with counterfactual.beside(instance, instance.solver, jobs=2) as (worlds, _):
        found = worlds(counterfactual.AT_ONCE)
    assert found.without.solution.status == "no_solution"
    plan = solve_whole(build(instance), instance, instance.solver)
    told = run.complete_run(instance, instance.solver, plan, found, 0.0)
    assert told.figures["through_aid"]["employment"] is None
    assert told.figures["through_aid"]["range"]["employment"] == [None, None]
    assert told.bridge["through_aid"].isna().all()
    assert told.bridge["employment"].tolist()[-1] == pytest.approx(told.figures["employment"])


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


def test_a_spare_process_does_the_next_work_and_one_that_died_is_passed_over():
    keep_spares(2, "alloc.errors")
    first, second = (process.submit(os.getpid).result() for process in list(pool._spares))
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while pool._spares and not pool._spares[0]._broken and time.monotonic() < deadline:
        time.sleep(0.02)
    with ahead(os.getpid) as result:
        assert result(None) == second
    with ahead(os.getpid) as result:
        assert result(None) not in (first, second, os.getpid())
    assert pool._spares == []


def test_free_processes_of_a_pool_that_is_closed_serve_the_next_where_they_may():
    with open_pool(2, None) as first:
        known = sorted(_ask_each(first))
    assert pool._spares == []
    reuse_processes(2)
    with open_pool(2, None) as second:
        kept = sorted(_ask_each(second))
    assert kept != known
    with open_pool(2, None) as third:
        assert sorted(_ask_each(third)) == kept
        third.give(0, (), _sleep, 60.0)
    assert len(pool._spares) == 1  # one that is busy is ended


def _ask_each(workers: pool.Pool) -> list[int]:
    """Return the numbers of the processes of a pool."""
    for worker in list(workers.idle):
        workers.give(worker, (), _tell_number)
    found: list[int] = []
    while workers.busy:
        found += [number for _, number in workers.receive()]
    return found


def _tell_number(kept: Mapping[int, object]) -> int:
    time.sleep(0.2)
    return os.getpid()


def _sleep(kept: Mapping[int, object], seconds: float) -> None:
    time.sleep(seconds)
