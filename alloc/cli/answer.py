"""Commands that answer: solve a question, and try whether everything works."""

import json
import math
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alloc.cli.kept import Told, Wish, judge
from alloc.cli.speech import (
    cluster_option,
    console,
    echo,
    instance_argument,
    known_address,
    lang_option,
    map_option,
    method_option,
    overrides,
    pictures_option,
    progress,
    saved,
    set_option,
    spoken,
    take,
    tell_early,
    threads_option,
)
from alloc.cli.words import Percentage
from alloc.processes import MANY, load_ahead
from alloc.texts import say

if TYPE_CHECKING:
    from alloc.instance import Instance, Reading
    from alloc.instance.measure import Stage
    from alloc.run import Run

STAGES = ("idea", "appraised", "tendered", "started", "finished", "accepted")
"""How far a project may be, as `alloc.instance.measure.STAGES` has them, which takes too long to load for `--help`."""


@click.command()
@instance_argument
@click.option("--out", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True)
@click.option("--gap", type=click.FloatRange(min=0))
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True))
@threads_option
@method_option
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--near", type=click.Path(path_type=Path))
@click.option("--within", type=Percentage())
@click.option("--curve", is_flag=True)
@click.option("--fix", type=click.Path(path_type=Path))
@click.option("--actuals", type=click.Path(path_type=Path))
@cluster_option
@set_option
@click.option("--from-stage", type=click.Choice(STAGES))
@map_option
@pictures_option
@click.option("--json", "as_json", is_flag=True)
@lang_option
def solve(
    instance: Path,
    out: Path | None,
    overwrite: bool,
    settings: tuple[str, ...],
    from_stage: "Stage | None",
    map_file: Path | None,
    pictures: bool,
    as_json: bool,
    lang: str,
    near: Path | None,
    within: float | None,
    curve: bool,
    fix: Path | None,
    actuals: Path | None,
    **options: Any,
) -> None:
    """Solve a question, audit the plan and write the results folder."""
    with spoken(lang):
        from alloc.report.boundaries import read_boundaries
        from alloc.report.target import check_writable

        known_address(options["cluster"])
        wish = Wish(near, within, curve, fix)
        wish.check()
        question, given = _read_asked(instance, overrides(settings), from_stage, actuals, lang)
        if len(question.measures) >= MANY and options["jobs"] > 1:
            load_ahead("alloc.counterfactual")
        target = out or Path("results") / question.name
        check_writable(target, overwrite)
        if map_file is not None:
            read_boundaries(map_file, question)
        with progress(say("solving", lang, name=question.name)) as log:
            found = wish.solve(
                instance, question, given, log, partial(tell_early, as_json=as_json), lang=lang, **options
            )
        kept = judge(found, lang)
        named = not kept.has_plan or saved(
            lambda place: found.save(place, overwrite, lang, map_file, pictures), target, lang
        )
        _tell_answer(kept, as_json, lang)
        run = kept.run if fix is None else None
        if run is not None and run.status == "infeasible":
            _tell_repairs(run, instance, given, options, lang)
        sys.exit(kept.code if named else 2)


def _read_asked(
    path: Path, given: dict[str, object], from_stage: "Stage | None", actuals: Path | None, lang: str
) -> tuple["Instance", dict[str, object]]:
    """Return the question, its warnings told, and the figures that are replaced in it."""
    from alloc.instance import inspect
    from alloc.instance.readiness import hold_back

    reading = inspect(path, given)
    if from_stage and reading.instance is not None:
        given = {**given, **hold_back(reading.instance, from_stage, lang)}
        reading = inspect(path, given)
    if actuals is not None and reading.instance is not None:
        given, reading = _hold_actuals(path, given, reading.instance, actuals, lang)
    return take(reading, lang), given


def _hold_actuals(
    path: Path, given: dict[str, object], question: "Instance", actuals: Path, lang: str
) -> "tuple[dict[str, object], Reading]":
    """Return the figures replaced, with what is paid and delivered held, and the question read with them."""
    from alloc.instance import inspect
    from alloc.study.follow.actuals import read_actuals
    from alloc.study.follow.midyear import hold_paid

    told = read_actuals(actuals, question)
    for warning in told.warnings:
        echo(f"{say('warning', lang)}: {warning.say(lang)}", err=True)
    given = {**given, **hold_paid(question, told)}
    return given, inspect(path, given)


def _tell_answer(kept: Told, as_json: bool, lang: str) -> None:
    """Print a plan, or why there is none, and what is told of what it keeps."""
    if kept.run is not None:
        _tell(kept.run, as_json, lang)
    elif as_json:
        echo(json.dumps(kept.figures, ensure_ascii=False, indent=2, allow_nan=False))
    for line in () if as_json else kept.lines:
        console().print(line)


def _tell(run: "Run", as_json: bool, lang: str) -> None:
    """Print the figures, or the summary; words about the run go to standard error."""
    if as_json:
        echo(json.dumps(run.figures, ensure_ascii=False, indent=2, allow_nan=False))
    if run.solution.has_plan:
        if not as_json:
            from alloc.report.annual import summarise_years
            from alloc.report.terminal import summarise

            screen, told = console(), summarise_years if run.instance.questions else summarise
            screen.print(told(run.instance, run.tables, run.figures, lang))
        if run.status == "feasible" and "near" not in run.figures:
            gap = max(stage.gap for stage in run.solution.stages)
            echo(say("stopped_early", lang, gap=f"{gap:.2%}" if math.isfinite(gap) else "?"), err=True)
    else:
        why = "interrupted_without_plan" if run.solution.interrupted else run.status
        echo("\n  ".join([say(why, lang), *run.figures.get("clash", [])]), err=True)


def _tell_repairs(
    run: "Run", instance: Path, given: Mapping[str, object], options: Mapping[str, Any], lang: str
) -> None:
    """Name the first conflict and the best repairs by one limit, as far as the time limit reaches."""
    from alloc.planning import choose_options
    from alloc.study.answers.repair import SECONDS, repair
    from alloc.study.answers.summary import show_first_aid

    limit = choose_options(run.instance, time_limit=options["time_limit"]).time_limit
    left = min(SECONDS, limit - run.figures["seconds"])
    if left > 0:
        told = {"gap": options["gap"], "time_limit": left, "jobs": options["jobs"], "lang": lang}
        found = repair(instance, conflicts=1, largest=1, overrides=given, run=run, **told)
        for line in show_first_aid(found, lang):
            echo(line, err=True)
    echo(say("infeasible_repair", lang), err=True)


@click.command()
@lang_option
def doctor(lang: str) -> None:
    """Tell the versions in use and whether everything works."""
    with spoken(lang):
        import tempfile

        from alloc.instance.starter import start
        from alloc.run import solve as run_solve
        from alloc.run_figures import list_versions

        for name, number in list_versions().items():
            echo(f"{name} {number}")
        with tempfile.TemporaryDirectory() as place:
            start(Path(place) / "demo", excel=True, lang=lang)
            run = run_solve(Path(place) / "demo", lang=lang)
            run.save(Path(place) / "result", lang=lang)
        echo(say("doctor_fine", lang))
