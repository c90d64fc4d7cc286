"""The command that solves one question at many points."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alloc.cli.speech import (
    INTERRUPTED,
    Command,
    cluster_option,
    console,
    echo,
    instance_argument,
    known_address,
    lang_option,
    method_option,
    overrides,
    set_option,
    spoken,
)
from alloc.cli.studying import BEFORE, JOBS
from alloc.processes import load_ahead
from alloc.texts import say

if TYPE_CHECKING:
    from alloc.study.request import StudyProgress, Tell
    from alloc.study.sweep import Sweep


POINTS = (*BEFORE, method_option, JOBS, cluster_option)


def point_options(command: Command) -> Command:
    """Add where points are kept, and how each is solved."""
    for option in reversed(POINTS):
        command = option(command)
    return command


@click.command()
@instance_argument
@click.argument("plan", type=click.Path(path_type=Path))
@point_options
@click.option("--details", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.option("--page", is_flag=True)
@set_option
@lang_option
def sweep(
    instance: Path,
    plan: Path,
    out: Path | None,
    overwrite: bool,
    details: bool,
    dry_run: bool,
    page: bool,
    settings: tuple[str, ...],
    lang: str,
    cluster: str | None,
    **options: Any,
) -> None:
    """Solve every point of PLAN, a file that says which figures of INSTANCE vary and how."""
    with spoken(lang):
        load_ahead("alloc.study.points")
        from alloc.study.sweep import forecast
        from alloc.study.sweep import sweep as run_sweep
        from alloc.study.whatif import whatif as run_with_page

        known_address(cluster)
        given = overrides(settings)
        target = out or Path("results") / f"{name_instance(instance)}-{plan.stem}"
        more = {"overrides": given, "cluster": cluster, "details": details, "overwrite": overwrite, **options}
        if dry_run:
            found = forecast(instance, plan, target, overrides=given, lang=lang, **options)
            values = {"points": found.points, "unsolved": found.unsolved, "jobs": options["jobs"]}
            known = "" if found.unsolved else "_known"
            words = say(
                f"sweep_forecast{known}", lang, **values, pilots=len(found.pilots), time=_time(found.seconds, lang)
            )
            echo(words)
            return
        with solving(target, lang) as tell:
            if page:
                shown = run_with_page(instance, plan, target, lang=lang, tell=tell, apart=True, **more)
                done, code = shown.sweep, shown.exit_code
            else:
                done = run_sweep(instance, plan, target, lang=lang, tell=tell, apart=True, **more)
                code = done.exit_code
        tell_done(done, lang)
        echo(say("wrote", lang, path=target / PAGE if page else target), err=True)
        sys.exit(code)


PAGE = "whatif.html"
"""The file of a page with sliders, named before the study is loaded."""


def tell_done(done: "Sweep", lang: str) -> None:
    """Say how many points there are of each status, and whether one is not proven."""
    echo(say("sweep_done", lang, points=len(done.points), statuses=done.tell_counts(lang)))
    unproven = sum(1 for point in done.points if not point.proven)
    if unproven:
        echo(say("sweep_unproven", lang, count=unproven, points=len(done.points)), err=True)


@contextmanager
def solving(target: Path, lang: str) -> Iterator["Tell | None"]:
    """Show how far the points are; after Ctrl-C, say where what is solved is kept."""
    try:
        with _progress(lang) as tell:
            yield tell
    except KeyboardInterrupt:
        echo(say("sweep_stopped", lang, path=target), err=True)
        sys.exit(INTERRUPTED)


def name_instance(instance: Path) -> str:
    """Return what the folder of an instance is called."""
    return (instance if instance.is_dir() else instance.parent).resolve().name


def _time(seconds: float, lang: str) -> str:
    """Return a time as people say it."""
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 1.5 * size:
            return say(f"sweep_{unit}", lang, count=f"{seconds / size:.1f}".removesuffix(".0"))
    return say("sweep_seconds", lang, count=f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}")


@contextmanager
def _progress(lang: str) -> Iterator["Tell | None"]:
    """Show points, remaining time and the latest status on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, TextColumn("{task.fields[news]}", markup=False), console=console(err=True)) as shown:
        task = shown.add_task(say("sweep_running", lang), total=None, news="")

        def tell(progress: "StudyProgress") -> None:
            news = say(f"point_{progress.status}", lang) if progress.status else ""
            shown.update(task, completed=progress.count, total=progress.total, news=news)

        yield tell
