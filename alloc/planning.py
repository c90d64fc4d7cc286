"""The search of a question: options chosen, model built, the plan sought, and beside it the worlds to compare with.

What makes a result of it, tables and files, and pandas for them, stands in `alloc.run`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from pydantic import ValidationError

from alloc.counterfactual import WaitForWorlds, Worlds, beside, held_to, rest, wait_for_worlds
from alloc.errors import RequestError
from alloc.instance import Instance, Options
from alloc.memory import do_meanwhile
from alloc.model import build, build_years
from alloc.solution import Solution
from alloc.solver import solve_suited
from alloc.solver.progress import Preview

Watch = Callable[[WaitForWorlds], Preview]
"""Makes what is told a plan as soon as the search for it has ended; it may wait for the worlds."""


@dataclass(frozen=True)
class Sought:
    """A plan with the worlds beside it, which are None where there is none to compare with.

    started: `time.perf_counter()` when the question was put; first: with `nation: both` the plan where the nation
    decides first.
    """

    instance: Instance
    options: Options
    plan: Solution
    worlds: Worlds | None
    started: float
    first: Solution | None = None


@dataclass(frozen=True)
class _Search:
    """How a plan is sought. meanwhile: what is done while HiGHS searches."""

    log: TextIO | None
    jobs: int
    cluster: str | None
    meanwhile: Callable[[], None] | None

    def solve(self, question: Instance, options: Options, preview: Preview | None) -> Solution:
        """Return the plan of a question."""
        model = build_years(question) if question.questions else build(question)
        if self.meanwhile is not None:
            do_meanwhile(self.meanwhile)
        return solve_suited(model, question, options, self.log, self.jobs, self.cluster, preview)


def seek(
    instance: Instance,
    options: Options,
    started: float,
    *,
    jobs: int,
    cluster: str | None,
    log: TextIO | None,
    watch: Watch | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Sought:
    """Return the best plan of a question of one year or of several, before it is audited.

    jobs, cluster, log: as `alloc.solve` has them. watch: told the plan early. meanwhile: what is done while HiGHS
    searches, such as loading what the result will need.
    """
    search = _Search(log, jobs, cluster, meanwhile)
    with beside(instance, options, jobs) as (worlds, seconds):
        early = None if watch is None else watch(worlds)
        known = worlds(None) if instance.nation == "first" and not instance.questions else None
        if known is not None:
            plan = search.solve(held_to(instance, known), rest(options, started), early)
        else:
            plan = search.solve(instance, options.model_copy(update={"time_limit": seconds}), early)
            known = wait_for_worlds(worlds, plan)
    if instance.nation != "both" or known is None or instance.questions:
        return Sought(instance, options, plan, known, started)
    first = search.solve(held_to(instance, known), rest(options, started), None)
    return Sought(instance, options, plan, known, started, first)


def choose_options(instance: Instance, **given: float | str | None) -> Options:
    """Return the instance's solver options with those given in their place. Raises RequestError for a wrong one."""
    try:
        return Options.model_validate(
            instance.solver.model_dump() | {key: x for key, x in given.items() if x is not None}
        )
    except ValidationError as error:
        wrong = error.errors()[0]
        raise RequestError("bad_option", option=wrong["loc"][0], problem=wrong["msg"], found=wrong["input"]) from None
