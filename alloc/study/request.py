"""What studies of one question share: how it is read, how its own best plan is found, how a plan is made a result."""

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from alloc.counterfactual import Worlds, answering, beside, find_worlds, wait_for_worlds
from alloc.errors import RequestError
from alloc.instance import Draft, Instance, Options, draft, read
from alloc.model import build_years
from alloc.run import Run, complete_run
from alloc.solution import Solution
from alloc.solver import open_block_search, solve_suited, unheard
from alloc.solver.multi.by_blocks import BlockSearch
from alloc.texts import LANGUAGES

Given = Instance | str | os.PathLike[str]
"""A question: what `read` returned, or a path."""

JOBS = 2
"""Processes that a solve and every study have where nothing is said."""

FEW = 30
"""With fewer measures nothing takes long: other processes would take longer to start."""


@dataclass(frozen=True)
class StudyProgress:
    """How far a study is: how many points, plans or solves there are, of how many, and the status of the latest.

    total: None where it is not known how many there will be; status: empty where there is none.
    """

    count: int
    total: int | None = None
    status: str = ""


Tell = Callable[[StudyProgress], None]
"""Told how far a study is, each time that it has got further."""


def read_question(instance: Given, overrides: Mapping[str, object] | None = None) -> Instance:
    """Return the instance that is asked about; overrides: figures to replace by path, for a path only."""
    if not isinstance(instance, Instance):
        return read(Path(instance), overrides)
    if overrides:
        raise RequestError("overrides_need_path")
    return instance


def draft_question(instance: Given, overrides: Mapping[str, object] | None = None) -> Draft:
    """Return the instance as it can be asked with other figures. Raises RequestError for overrides without a path."""
    if isinstance(instance, Instance) and overrides:
        raise RequestError("overrides_need_path")
    return draft(instance)


def is_small(question: Instance) -> bool:
    """Tell whether a question is answered in a moment: in one process, and at once."""
    return len(question.measures) < FEW


def check_language(lang: str) -> None:
    """Raise RequestError for a language that there are no texts in."""
    if lang not in LANGUAGES:
        raise RequestError("no_language", found=lang, known=", ".join(LANGUAGES))


def choose_year(question: Instance, year: int | None, last: bool = False) -> int | None:
    """Return which of several years is asked about, the first, or the last, where none is named; of one year None.

    Raises RequestError for a year that is not asked for.
    """
    years = question.years or (question.year,)
    if year is not None and year not in years:
        raise RequestError("year_not_of_question", found=year, years=", ".join(map(str, years)))
    if not question.years:
        return None
    return year if year is not None else years[-1 if last else 0]


@dataclass(frozen=True)
class Answered:
    """A question with its own best plan, from where a study searches on.

    given: as it was put; question: as it is answered, where the nation decides first with its payments held; known:
    the worlds beside every plan, where they were sought with it.
    """

    given: Instance
    question: Instance
    options: Options
    own: Solution
    jobs: int
    cluster: str | None
    lang: str
    known: Worlds | None

    @cached_property
    def worlds(self) -> Worlds:
        """What comes about beside a plan: sought when a result needs it."""
        if self.known is not None:
            return self.known
        with unheard():
            return find_worlds(self.given, self.options)

    def open_search(self) -> AbstractContextManager[BlockSearch | None]:
        """Open the processes for further searches, by the method that the best plan was found by; None as a whole."""
        return open_block_search(self.own.method, self.question, self.options, self.jobs, self.cluster)

    def make_result(self, plan: Solution, started: float) -> Run:
        """Return a plan of the question as a result of its own, audited; started: when it was begun."""
        worlds = self.worlds if plan.has_plan else None
        return complete_run(self.given, self.options, plan, worlds, started, self.lang)


def answer(
    instance: Instance,
    options: Options,
    jobs: int,
    cluster: str | None,
    lang: str,
    over_years: bool = False,
    ties: bool | None = True,
    at_once: bool = True,
) -> Answered:
    """Find the question's own best plan, by the method that suits it.

    over_years: whether a question over several years is answered too; else it is refused with RequestError. ties:
    whether of plans as good one that spends less is searched for, as in `solve_suited`: not where the plan itself is
    not shown. at_once: whether what comes about beside a plan is sought while the plan is, as `solve` does; else it is
    once a result needs it.
    """
    if instance.questions and not over_years:
        raise RequestError("several_years", years=", ".join(map(str, instance.years)))
    question, known = instance, None
    if instance.nation == "first":
        known = find_worlds(instance, options)
        question = answering(instance, known)
    model = build_years(question)
    if known is not None or not at_once:
        own = solve_suited(model, question, options, jobs=jobs, cluster=cluster, ties=ties)
    else:
        with beside(instance, options, jobs) as (worlds, seconds):
            allowed = options.model_copy(update={"time_limit": seconds})
            own = solve_suited(model, question, allowed, jobs=jobs, cluster=cluster, ties=ties)
            known = wait_for_worlds(worlds, own)
    return Answered(instance, question, options, own, jobs, cluster, lang, known)
