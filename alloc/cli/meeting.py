"""Commands for the meeting: what must give, what each limit costs, what more money buys."""

import json
import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from alloc.cli.speech import (
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
from alloc.errors import InstanceError, RequestError
from alloc.texts import say

if TYPE_CHECKING:
    from alloc.instance import Instance

Command = TypeVar("Command", bound=Callable[..., Any])


def meeting(command: Command) -> Command:
    """Add the options that every question of the meeting has."""
    for option in reversed(
        (
            click.option("--out", type=click.Path(path_type=Path)),
            click.option("--overwrite", is_flag=True),
            click.option("--gap", type=click.FloatRange(min=0)),
            click.option("--time-limit", type=click.FloatRange(min=0, min_open=True)),
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
@click.option("--conflicts", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--menu", type=click.IntRange(min=1), default=12, show_default=True)
@meeting
def repair(
    instance: Path,
    out: Path | None,
    overwrite: bool,
    settings: tuple[str, ...],
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Tell which limits cannot hold together, and what would have to give for there to be a plan."""
    with spoken(lang):
        from alloc.cli.meeting_summary import show_repairs
        from alloc.report.target import check_writable
        from alloc.study.answers.repair import MARK
        from alloc.study.answers.repair import repair as study

        known_address(options["cluster"])
        given = overrides(settings)
        question = _read(instance, given, lang)
        target = out or Path("results") / f"{question.name}-repair"
        check_writable(target, overwrite, (MARK,))
        with _counting("repair_progress", question.name, lang) as tell:
            found = study(
                instance, overrides=given, lang=lang, tell=tell and (lambda count: tell(count=count)), **options
            )
        named = saved(lambda place: found.save(place, overwrite, lang), target, lang)
        _print(found.figures, show_repairs(found, lang), as_json)
        proven = found.complete and all(point.proven for _, point in found.menu)
        sys.exit((0 if proven else 4) if named else 2)


@click.command()
@instance_argument
@click.option("--only", multiple=True)
@click.option("--step", type=click.FloatRange(min=0, min_open=True), default=0.01, show_default=True)
@click.option("--tighten", is_flag=True)
@meeting
def price(
    instance: Path,
    out: Path | None,
    overwrite: bool,
    settings: tuple[str, ...],
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Tell what each limit costs: the best plan without it against the best plan with it."""
    with spoken(lang):
        from alloc.cli.meeting_summary import show_prices
        from alloc.report.target import check_writable
        from alloc.study.answers.price import MARK
        from alloc.study.answers.price import price as study

        known_address(options["cluster"])
        given = overrides(settings)
        question = _read(instance, given, lang)
        target = out or Path("results") / f"{question.name}-prices"
        check_writable(target, overwrite, (MARK,))
        with _counting("price_progress", question.name, lang) as tell:
            done = count(1)
            found = study(
                instance, overrides=given, lang=lang, tell=tell and (lambda _: tell(count=next(done))), **options
            )
        named = saved(lambda place: found.save(place, overwrite, lang), target, lang)
        _print(found.figures, show_prices(found, lang), as_json)
        proven = found.base.proven and found.table["status"].isin(("optimal", "infeasible")).all()
        sys.exit((0 if proven else 4) if named else 2)


@click.command()
@instance_argument
@click.option("--fund", required=True)
@click.option("--step")
@click.option("--steps", default="-2..3", show_default=True)
@meeting
def margin(
    instance: Path,
    fund: str,
    step: str | None,
    steps: str,
    out: Path | None,
    overwrite: bool,
    settings: tuple[str, ...],
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Tell where a fund's next steps of money would go and what they would buy, and the last."""
    with spoken(lang):
        from alloc.cli.meeting_summary import show_margin
        from alloc.report.target import check_writable
        from alloc.study.answers.margin import MARK, find_held
        from alloc.study.answers.margin import margin as study

        known_address(options["cluster"])
        given = overrides(settings)
        question = _read(instance, given, lang)
        options["steps"] = _read_steps(steps)
        options["step"] = _read_step(step, find_held(question, fund))
        target = out or Path("results") / f"{question.name}-margin"
        check_writable(target, overwrite, (MARK,))
        with _counting("margin_progress", question.name, lang) as tell:
            done = count(1)
            heard = tell and (lambda _: tell(count=next(done)))
            found = study(instance, fund=fund, overrides=given, lang=lang, tell=heard, **options)
        named = saved(lambda place: found.save(place, overwrite, lang), target, lang)
        _print(found.figures, show_margin(found, lang), as_json)
        sys.exit((0 if found.proven else 4) if named else 2)


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


def _read(instance: Path, given: dict[str, object], lang: str) -> "Instance":
    """Return the question, its warnings told on standard error."""
    from alloc.instance import inspect

    reading = inspect(instance, given)
    for warning in reading.warnings:
        echo(f"{say('warning', lang)}: {warning.say(lang)}", err=True)
    if reading.instance is None:
        raise InstanceError(reading.faults)
    return reading.instance


def _print(figures: dict[str, Any], lines: Iterable[Any], as_json: bool) -> None:
    """Print the figures, or the summary."""
    if as_json:
        echo(json.dumps(figures, ensure_ascii=False, indent=2, allow_nan=False))
        return
    screen = console()
    for line in lines:
        screen.print(line)


def _counting(text: str, name: str, lang: str) -> Any:
    """Show on a terminal how far a study is, nothing in a pipe."""
    if not sys.stderr.isatty():
        return nullcontext()
    from contextlib import contextmanager

    @contextmanager
    def shown() -> Any:
        with moving(say(text, lang, name=name, count=0)) as update:
            yield lambda count: update(say(text, lang, name=name, count=count))

    return shown()
