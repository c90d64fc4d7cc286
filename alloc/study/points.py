"""Many points of one question at once, and none that stops the others."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from alloc.instance import Draft, draft
from alloc.study.asking import Answer, Asker, Question
from alloc.study.crew import Round, answers, crew
from alloc.study.order import neighbours, spread
from alloc.study.point import Overrides, Point

__all__ = ["Ask", "Overrides", "Point", "asking", "evaluated", "round_of"]

Tell = Callable[[int, Point], None]
Ask = Callable[[Sequence[Overrides], Tell | None], list[Point]]
"""Return one point for each of the overrides, in their order, telling of each as it comes."""


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
    tell: Tell | None = None,
) -> list[Point]:
    """Return one point for each of the overrides, in their order.

    instance: a path, or what `draft` returned. gap, time_limit [s per point], method: in place of the instance's solver
    options. jobs: processes (1: none but this one); cluster: address of a Dask scheduler to use instead. lang: of
    the messages. why: whether to find out what must give where there is no plan, which takes several solves.
    tell: is told of each point as it comes, with its number. Raises RequestError where there is no such instance.
    """
    of = instance if isinstance(instance, Draft) else draft(Path(instance))
    options = {"gap": gap, "time_limit": time_limit, "method": method}
    with asking(Question(of, options, lang, why), min(jobs, max(len(points), 1)), cluster) as ask:
        return ask(points, tell)


@contextmanager
def asking(question: Question, jobs: int = 1, cluster: str | None = None) -> Iterator[Ask]:
    """Open the processes that ask round after round, and keep in them what stays the same from one to the next."""
    with crew(question, jobs, cluster) as lanes:
        asker = Asker(question) if lanes is None else None

        def ask(points: Sequence[Overrides], tell: Tell | None) -> list[Point]:
            found: dict[int, Answer] = {}
            for number, answer in answers(round_of(question, points), {}, lanes, asker):
                found[number] = answer
                if tell is not None:
                    tell(number, answer.point)
            return [found[number].point for number in range(len(points))]

        yield ask


def round_of(question: Question, points: Sequence[Overrides]) -> Round:
    """Return points with the order in which they are asked and what each begins with."""
    order = spread(len(points))
    return Round(question, points, order, neighbours(points, order))
