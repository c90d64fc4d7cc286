"""Commands about what one thing costs of another: frontiers, and plans nearly as good as the best."""

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from alloc.cli.answer import MOST_THREADS
from alloc.cli.speech import (
    INTERRUPTED,
    cluster_option,
    console,
    echo,
    instance_argument,
    known_address,
    lang_option,
    moving,
    overrides,
    saved,
    set_option,
    spoken,
)
from alloc.cli.words import speaking
from alloc.errors import RequestError
from alloc.texts import say

if TYPE_CHECKING:
    from alloc.instance import Instance
    from alloc.study.request import Tell

Command = TypeVar("Command", bound=Callable[..., Any])


class Percentage(click.ParamType[float]):
    """A part of something: 0.02 or 2%."""

    name = "part"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the part as a number between 0 and 1."""
        text = str(value).strip()
        try:
            part = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            part = math.nan
        if not 0 <= part < 1:
            self.fail(say("not_a_part", speaking(), found=text), param, ctx)
        return part


def searching(command: Command) -> Command:
    """Add the options of a study that searches many times."""
    for option in reversed(
        (
            click.option("--out", type=click.Path(path_type=Path)),
            click.option("--overwrite", is_flag=True),
            click.option("--gap", type=click.FloatRange(min=0)),
            click.option("--time-limit", type=click.FloatRange(min=0, min_open=True)),
            click.option("--threads", type=click.IntRange(min=0, max=MOST_THREADS)),
            click.option("--method", type=click.Choice(["auto", "whole", "blocks"])),
            click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True),
            cluster_option,
            set_option,
            click.option("--json", "as_json", is_flag=True),
            lang_option,
        )
    ):
        command = option(command)
    return command


@click.command()
@instance_argument
@click.option("--objectives", default="employment,linkage", show_default=True)
@click.option("--points", type=click.IntRange(min=2), default=10, show_default=True)
@click.option("--exact", is_flag=True)
@click.option("--tolerance", type=Percentage(), default="0.5%", show_default=True)
@click.option("--budgets")
@searching
def frontier(
    instance: Path,
    objectives: str,
    budgets: str | None,
    out: Path | None,
    overwrite: bool,
    settings: tuple[str, ...],
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Set two objectives against each other: every point a plan, proven efficient."""
    with spoken(lang):
        from alloc.cli.tradeoff_summary import show_frontier
        from alloc.report.target import check_writable
        from alloc.study.frontier import frontier as study
        from alloc.study.frontier.save import MARK

        known_address(options["cluster"])
        given = overrides(settings)
        question = _asked(instance, given, lang)
        target = out or Path("results") / f"{question.name}-frontier"
        check_writable(target, overwrite, (MARK,))
        with _counting("frontier_progress", question.name, lang) as tell:
            found = study(
                instance,
                objectives=[word.strip() for word in objectives.split(",")],
                budgets=_budgets(budgets),
                overrides=given,
                lang=lang,
                tell=tell,
                **options,
            )
        named = not found.points or saved(lambda place: found.save(place, overwrite, lang), target, lang)
        _tell(found.figures, show_frontier(found, lang), as_json)
        code = INTERRUPTED if found.interrupted else _code(found.complete, [curve.status for curve in found.curves])
        sys.exit(code if named else 2)


@click.command()
@instance_argument
@click.option("--count", type=click.IntRange(min=1), default=10, show_default=True)
@click.option("--within", type=Percentage())
@click.option("--all", "every", is_flag=True)
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@searching
def alternatives(
    instance: Path,
    count: int,
    every: bool,
    limit: int,
    out: Path | None,
    overwrite: bool,
    settings: tuple[str, ...],
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Find plans nearly as good as the best that spend the money elsewhere, or all the best plans."""
    with spoken(lang):
        from alloc.cli.tradeoff_summary import show_alternatives
        from alloc.report.target import check_writable
        from alloc.study.alternatives import alternatives as study
        from alloc.study.alternatives.save import MARK

        known_address(options["cluster"])
        given = overrides(settings)
        question = _asked(instance, given, lang)
        target = out or Path("results") / f"{question.name}-alternatives"
        check_writable(target, overwrite, (MARK,))
        with _counting("alternatives_progress", question.name, lang) as tell:
            found = study(
                instance,
                count=limit if every else count,
                every=every,
                overrides=given,
                lang=lang,
                tell=tell,
                **options,
            )
        named = found.status != "found" or saved(lambda place: found.save(place, overwrite, lang), target, lang)
        _tell(found.figures, show_alternatives(found, lang), as_json)
        proven = found.complete or all(plan.proven for plan in found.plans)
        code = INTERRUPTED if found.interrupted else _code(proven, [found.status])
        sys.exit(code if named else 2)


def _asked(instance: Path, given: dict[str, object], lang: str) -> "Instance":
    """Return the question, its warnings told on standard error."""
    from alloc.errors import InstanceError
    from alloc.instance import inspect

    reading = inspect(instance, given)
    for warning in reading.warnings:
        echo(f"{say('warning', lang)}: {warning.say(lang)}", err=True)
    if reading.instance is None:
        raise InstanceError(reading.faults)
    return reading.instance


def _budgets(written: str | None) -> dict[str, list[float]] | None:
    """Return the fund and its amounts."""
    if written is None:
        return None
    fund, _, amounts = written.partition("=")
    try:
        return {fund.strip(): [float(amount) for amount in amounts.split(",")]}
    except ValueError:
        raise RequestError("frontier_budgets", found=written) from None


def _tell(figures: dict[str, Any], lines: Iterable[Any], as_json: bool) -> None:
    """Print the figures, or the summary."""
    if as_json:
        echo(json.dumps(figures, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        screen = console()
        for line in lines:
            screen.print(line)


def _code(complete: bool, statuses: list[str]) -> int:
    """Return the exit code: as of a solve, by what the study has."""
    if "found" not in statuses:
        return 3 if "infeasible" in statuses else 5
    return 0 if complete else 4


@contextmanager
def _counting(text: str, name: str, lang: str) -> Iterator["Tell | None"]:
    """Show on a terminal how far a study is, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    with moving(say(text, lang, name=name, count=0)) as update:
        yield lambda progress: update(say(text, lang, name=name, count=progress.count))
