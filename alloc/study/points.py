"""Many points of one question at once, and none that stops the others."""

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path

from alloc.instance import Draft, draft
from alloc.study.asking import Answer, Question
from alloc.study.crew import Round, answers, crew
from alloc.study.order import neighbours, spread
from alloc.study.point import Overrides, Point

__all__ = ["Overrides", "Point", "evaluated", "round_of"]


def evaluated(
    instance: str | PathLike[str] | Draft,
    points: Sequence[Overrides],
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    method: str | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    lang: str = "en",
    why: bool = False,
    tell: Callable[[int, Point], None] | None = None,
) -> list[Point]:
    """Return one point for each of the overrides, in their order.

    instance: a path, or what `draft` returned. gap, time_limit [s per point], method: in place of the instance's solver
    options. jobs: processes (1: none but this one); cluster: address of a Dask scheduler to use instead. lang: of
    the messages. why: whether to find out what must give where there is no plan, which takes several solves.
    tell: is told of each point as it comes, with its number. Raises RequestError where there is no such instance.
    """
    of = instance if isinstance(instance, Draft) else draft(Path(instance))
    options = {"gap": gap, "time_limit": time_limit, "method": method}
    question = Question(of, options, lang, why)
    found: dict[int, Answer] = {}
    with crew(question, min(jobs, max(len(points), 1)), cluster) as lanes:
        for number, answer in answers(round_of(question, points), {}, lanes):
            found[number] = answer
            if tell is not None:
                tell(number, answer.point)
    return [found[number].point for number in range(len(points))]


def round_of(question: Question, points: Sequence[Overrides]) -> Round:
    """Return points with the order in which they are asked and what each begins with."""
    order = spread(len(points))
    return Round(question, points, order, neighbours(points, order))
