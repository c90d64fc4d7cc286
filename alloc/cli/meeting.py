"""Commands for the meeting: what must give, what limits cost, what money buys, what is safe, why, and more jobs."""

import sys
from functools import partial
from itertools import count
from typing import Any

import click

from alloc.cli.speech import choose_code, method_option, threads_option
from alloc.cli.studying import WITHOUT_JOBS, StudyCall, study_command
from alloc.cli.words import Percentage
from alloc.errors import RequestError


@click.command()
@click.option("--conflicts", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--menu", type=click.IntRange(min=1), default=12, show_default=True)
@study_command
def repair(call: StudyCall, **options: Any) -> None:
    """Tell which limits cannot hold together, and what would have to give for there to be a plan."""
    from alloc.report.names import Names
    from alloc.study.answers.repair import MARK
    from alloc.study.answers.repair import repair as study
    from alloc.study.answers.summary import show_conflict, show_repairs

    names = Names(call.open("repair", MARK, anew=True), call.lang)
    done, told = count(1), list[object]()

    def preview(conflict: Any) -> None:
        told.append(conflict)
        for line in show_conflict(conflict, names):
            call.tell(line)

    with call.counting("repair_progress", lambda _: next(done)) as tell:
        found = study(call.instance, tell=tell, preview=preview, **call.kept, **options)
    named = call.save(found)
    call.show(found.figures, show_repairs(found, call.lang, len(told)))
    proven = found.complete and all(point.proven for _, point in found.menu)
    code = choose_code(found.interrupted, proven)
    sys.exit(code if named else 2)


@click.command()
@click.option("--only", multiple=True)
@click.option("--step", type=click.FloatRange(min=0, min_open=True), default=0.01, show_default=True)
@click.option("--tighten", is_flag=True)
@click.option("--groups", is_flag=True)
@study_command
def price(call: StudyCall, **options: Any) -> None:
    """Tell what each limit costs: the best plan without it against the best plan with it."""
    from alloc.study.answers.price import MARK
    from alloc.study.answers.price import price as study
    from alloc.study.answers.summary import say_dearest, show_prices

    call.open("prices", MARK)
    done = count(1)

    def preview(row: Any) -> None:
        call.tell(say_dearest(row, call.lang))

    with call.counting("price_progress", lambda _: next(done)) as tell:
        found = study(call.instance, tell=tell, preview=preview, **call.kept, **options)
    named = call.save(found)
    call.show(found.figures, show_prices(found, call.lang))
    sys.exit(choose_code(False, found.proven) if named else 2)


@click.command()
@click.option("--fund", required=True)
@click.option("--year", type=int)
@click.option("--step")
@click.option("--steps", default="-2..3", show_default=True)
@study_command
def margin(call: StudyCall, fund: str, year: int | None, step: str | None, steps: str, **options: Any) -> None:
    """Tell where a fund's next steps of money would go and what they would buy, and the last."""
    from alloc.study.answers.margin import MARK, find_held
    from alloc.study.answers.margin import margin as study
    from alloc.study.answers.summary import say_step, show_margin
    from alloc.study.request import choose_year

    question = call.open("margin", MARK)
    options["steps"] = _read_steps(steps)
    options["step"] = _read_step(step, find_held(question, fund, choose_year(question, year)))
    done = count(1)

    def preview(number: int, money: float, point: Any) -> None:
        if point.objective is not None:
            call.tell(say_step(number, money, point, question, call.lang))

    with call.counting("margin_progress", lambda _: next(done)) as tell:
        found = study(call.instance, fund=fund, year=year, tell=tell, preview=preview, **call.kept, **options)
    named = call.save(found)
    call.show(found.figures, show_margin(found, call.lang))
    sys.exit(choose_code(False, found.proven) if named else 2)


@click.command()
@click.option("--within", type=Percentage(), default="1%", show_default=True)
@threads_option
@method_option
@study_command
def certainty(call: StudyCall, **options: Any) -> None:
    """Tell what is safe to announce: what all plans that lose at most a part of the goal have in common."""
    from alloc.study.answers.certainty import MARK
    from alloc.study.answers.certainty import certainty as study
    from alloc.study.answers.summary import say_safe, show_certainty

    question = call.open("certainty", MARK, anew=True)

    def preview(found: Any) -> None:
        call.tell(say_safe(found, question, call.lang))

    with call.counting("certainty_progress") as tell:
        found = study(call.instance, tell=tell, preview=preview, **call.shared, **options)
    named = found.status != "found" or call.save(found)
    call.show(found.figures, show_certainty(found, call.lang))
    code = choose_code(found.interrupted, found.proven, [found.status])
    sys.exit(code if named else 2)


@click.command()
@click.option("--jobs", type=click.FloatRange(min=0, min_open=True))
@click.option("--year", type=int)
@partial(study_command, shared=WITHOUT_JOBS)
@click.argument("county", required=False)
@click.argument("industry", required=False)
def bottleneck(
    call: StudyCall, county: str | None, industry: str | None, jobs: float | None, year: int | None, **options: Any
) -> None:
    """Tell what more jobs in an industry would take: the cheapest measures to add to the plan."""
    from alloc.study.answers.bottleneck import MARK, check_site
    from alloc.study.answers.bottleneck import bottleneck as study
    from alloc.study.answers.summary import show_bottlenecks
    from alloc.study.request import choose_year

    question = call.open("bottleneck", MARK, anew=True)
    check_site(question, county, industry, jobs)
    choose_year(question, year)
    with call.counting("bottleneck_progress") as tell:
        found = study(call.instance, county, industry, jobs=jobs, year=year, tell=tell, **call.shared, **options)
    named = found.status != "found" or call.save(found)
    call.show(found.figures, show_bottlenecks(found, call.lang))
    code = choose_code(found.interrupted, found.proven, [found.status])
    sys.exit(code if named else 2)


@click.command()
@click.option("--units", type=float)
@click.option("--aid")
@study_command
@click.argument("words", nargs=-1, required=True)  # below, so that it stands behind the instance
def why(call: StudyCall, words: tuple[str, ...], units: float | None, aid: str | None, **options: Any) -> None:
    """Tell why a measure is in the plan or not, or what other aid for a selection would cost."""
    from alloc.study.answers.summary import say_loss, show_why
    from alloc.study.answers.why import MARK, check_what
    from alloc.study.answers.why import why as study

    what = ",".join(words)
    check_what(call.open("why", MARK), what, units, aid)
    done = count(1)
    told: list[bool] = []

    def preview(found: Any) -> None:
        told.append(True)
        call.tell(say_loss(found, call.lang))

    with call.counting("why_progress", lambda _: next(done)) as tell:
        found = study(call.instance, what, units=units, aid=aid, tell=tell, preview=preview, **call.kept, **options)
    named = call.save(found)
    call.show(found.figures, show_why(found, call.lang, after=bool(told)))
    sys.exit(choose_code(False, found.proven) if named else 2)


def _read_step(text: str | None, held: float) -> float | None:
    """Return a step as written [money]: an amount, or a part of what the fund holds like 1%."""
    if text is None:
        return None
    number = text.strip()
    try:
        return float(number.removesuffix("%")) * (held / 100 if number.endswith("%") else 1)
    except ValueError:
        raise RequestError("margin_step", found=text) from None


def _read_steps(text: str) -> tuple[int, int]:
    """Return the first and the last step as written, like -2..3."""
    first, _, last = text.partition("..")
    try:
        return int(first), int(last)
    except ValueError:
        raise RequestError("margin_steps", found=text) from None
