"""A question kept warm: read and built once, asked again with other figures, every answer audited as any other."""

import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping

from alloc.errors import AuditError
from alloc.glance import Glance
from alloc.instance import Instance
from alloc.memory import collecting_seldom
from alloc.planning import choose_options
from alloc.report.notebook import call_question
from alloc.run import Run, solve
from alloc.solver import MipStart
from alloc.study.points.point import Overrides
from alloc.study.points.warm import WarmSolver, solve_long
from alloc.study.request import Given, check_language, draft_question
from alloc.texts import say

LATEST = 4
"""So many answers are begun with: each is filled with money anew, which takes a linear program."""


class Question(Glance):
    """A question that is asked again and again with other figures, each answer like one that is solved anew.

    Kept are the files as parsed, the model and its arrays where only the goal is another, the worlds beside the plan
    where nothing that they depend on is another, and what the latest plans chose, from where each search begins.
    What that saves is measured in tests/bench/README.md.
    """

    def __init__(
        self,
        instance: Given,
        *,
        gap: float | None = None,
        time_limit: float | None = None,
        threads: int | None = None,
        method: str | None = None,
        lang: str = "en",
    ):
        """Read the question; nothing is solved yet.

        instance: what `read` returned, or a path. gap [1], time_limit [s], threads, method: in place of the
        instance's solver options. lang: of the reasons. Raises InstanceError for faults, RequestError where there is
        no such file, language or option.
        """
        check_language(lang)
        self._draft, self._lang = draft_question(instance), lang
        self._options = {"gap": gap, "time_limit": time_limit, "threads": threads, "method": method}
        self.instance: Instance = self._draft.read()
        """The question as it is written."""
        choose_options(self.instance, **self._options)
        self._asked, self._solver = 0, WarmSolver()
        self._starts: deque[MipStart] = deque(maxlen=LATEST)
        self._conflict: Collection[str] = ()

    @collecting_seldom()
    def ask(
        self, overrides: Overrides | None = None, *, gap: float | None = None, time_limit: float | None = None
    ) -> Run:
        """Return the best plan under some overrides, audited: as good as that of `alloc.solve`, as far as proven.

        overrides: figures to replace by path, from those that are written, not from those asked before:
        {"funds.tianjin.amount": 55000, "rules.equal shares": "off"}. gap [1], time_limit [s, of each search: for the
        plan, and for the world without the aid where that is another]: in place of the question's. A question over
        several years, or with `nation: both`, is solved anew. Of plans that are as good as each other within the gap,
        which is found may depend on what was asked before; in lots none is sought that is as good and spends less.
        Which of several conflicts is named where there is no plan may depend on it too.
        Raises InstanceError for faults in the figures, RequestError for a wrong option, AuditError for a plan that
        does not survive the second reading, SolveError when the solver fails, KeyboardInterrupt after Ctrl-C. None of
        them spoils what is asked next.
        """
        started = time.perf_counter()
        instance = self._draft.read(overrides)
        options = self._choose(gap=gap, time_limit=time_limit)
        self._asked += 1
        if instance.questions or instance.nation == "both":
            return solve(instance, **options, jobs=1, lang=self._lang)  # type: ignore[arg-type]
        found = self._solver.solve(instance, choose_options(instance, **options), self._starts)
        try:
            run = found.complete(started, self._lang, instance, self._conflict)
        except AuditError as error:
            found = solve_long(found, error)
            run = found.complete(started, self._lang, instance)
        if found.start and found.start not in self._starts:
            self._starts.appendleft(found.start)
        if run.limits is not None and run.limits.conflict:
            self._conflict = run.limits.conflict
        return run

    def _choose(self, **given: float | None) -> Mapping[str, float | str | None]:
        return self._options | {key: x for key, x in given.items() if x is not None}

    def _call(self) -> str:
        return call_question(self.instance)

    def _state(self, lang: str) -> Iterator[str]:
        yield say("glance_asked", lang, count=self._asked)
