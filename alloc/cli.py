"""The command line: words in, words out."""

import io
import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

import click

from alloc.errors import AllocError, RequestError
from alloc.texts import LANGUAGES, say

if TYPE_CHECKING:
    from alloc.run import Run

MOST_THREADS = 256

lang_option = click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of what people read.")
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Replace a figure: funds.tianjin.amount=30000.",
)
instance_argument = click.argument("instance", type=click.Path(path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alloc")
def main() -> None:
    """Decide how a fixed yearly aid budget is spent, with a proof and an explanation."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows ? and goes on


@contextmanager
def _spoken(lang: str) -> Iterator[None]:
    """Turn errors raised on purpose into words on standard error and their exit code."""
    try:
        yield
    except AllocError as error:
        click.echo(error.say(lang), err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        click.echo(say("not_accessible", lang, path=error.filename or "", reason=error.strerror or error), err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo(say("interrupted", lang), err=True)
        sys.exit(130)


def _overrides(settings: tuple[str, ...]) -> dict[str, object]:
    for setting in settings:
        if "=" not in setting or not setting.partition("=")[0]:
            raise RequestError("bad_setting", found=setting)
    return {key.strip(): value.strip() for key, _, value in (x.partition("=") for x in settings)}


@main.command()
@instance_argument
@set_option
@lang_option
def check(instance: Path, settings: tuple[str, ...], lang: str) -> None:
    """Report every fault and doubt in an instance, all at once."""
    with _spoken(lang):
        from alloc.instance import inspect

        reading = inspect(instance, _overrides(settings))
        for fault in reading.faults:
            click.echo(fault.say(lang), err=True)
        for doubt in reading.doubts:
            click.echo(f"{say('warning', lang)}: {doubt.say(lang)}", err=True)
        if reading.instance is None:
            click.echo(say("check_faults", lang, count=len(reading.faults)), err=True)
            sys.exit(2)
        found = reading.instance
        sizes = {key: len(getattr(found, key)) for key in ("counties", "measures", "funds", "rules")}
        click.echo(say("check_fine", lang, name=found.name, doubts=len(reading.doubts), **sizes))


@main.command()
@instance_argument
@click.option("--out", type=click.Path(path_type=Path), help="Results folder (default: results/NAME).")
@click.option("--overwrite", is_flag=True, help="Replace an earlier results folder.")
@click.option("--gap", type=click.FloatRange(min=0), help="Proven gap at which to stop.")
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), help="Longest time in seconds.")
@click.option(
    "--threads", type=click.IntRange(min=0, max=MOST_THREADS), help="Processor threads (0 = the solver's choice)."
)
@click.option("--method", type=click.Choice(["auto", "whole", "blocks"]), help="How the model is solved.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that search blocks.")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler to search blocks on: tcp://…")
@set_option
@click.option("--json", "as_json", is_flag=True, help="Print run.json and nothing else on standard output.")
@lang_option
def solve(
    instance: Path,
    out: Path | None,
    overwrite: bool,
    settings: tuple[str, ...],
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Solve one year's question, audit the plan and write the results folder."""
    with _spoken(lang):
        from alloc.instance import inspect
        from alloc.run import EXIT_CODES, may_write
        from alloc.run import solve as run_solve

        reading = inspect(instance, _overrides(settings))
        for doubt in reading.doubts:
            click.echo(f"{say('warning', lang)}: {doubt.say(lang)}", err=True)
        if reading.instance is None:
            from alloc.errors import InstanceError

            raise InstanceError(reading.faults)
        target = out or Path("results") / reading.instance.name
        may_write(target, overwrite)
        with _progress(say("solving", lang, name=reading.instance.name)) as log:
            run = run_solve(reading.instance, lang=lang, log=log, **options)
        if run.solution.has_plan:
            run.save(target, overwrite, lang)
        _tell(run, target, as_json, lang)
        sys.exit(130 if run.solution.interrupted else EXIT_CODES[run.solution.status])


def _tell(run: "Run", target: Path, as_json: bool, lang: str) -> None:
    """Print the figures, or the summary; words about the run go to standard error."""
    if as_json:
        click.echo(json.dumps(run.figures, ensure_ascii=False, indent=2, allow_nan=False))
    if run.solution.has_plan:
        if not as_json:
            from rich.console import Console

            from alloc.report.summary import summary

            console = Console(highlight=False, width=None if sys.stdout.isatty() else 150)
            console.print(summary(run.instance, run.tables, run.figures, lang))
        if run.status == "feasible":
            gap = max(stage.gap for stage in run.solution.stages)
            click.echo(say("stopped_early", lang, gap=f"{gap:.2%}" if math.isfinite(gap) else "?"), err=True)
        click.echo(say("wrote", lang, path=target), err=True)
    else:
        click.echo("\n  ".join([say(run.status, lang), *run.figures.get("clash", [])]), err=True)


@contextmanager
def _progress(words: str) -> Iterator[TextIO | None]:
    """Show a moving line with the solver's bound and gap on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    from alloc.solver.progress import Progress

    with Console(stderr=True).status(words) as line:
        yield cast(TextIO, Progress(lambda news: line.update(f"{words}: {news}")))


@main.command()
@instance_argument
@click.argument("target", type=click.Path(path_type=Path))
@set_option
@lang_option
def export(instance: Path, target: Path, settings: tuple[str, ...], lang: str) -> None:
    """Write the whole MIP as TARGET (.mps or .lp) for any other solver."""
    with _spoken(lang):
        if target.suffix not in (".mps", ".lp"):
            raise RequestError("bad_format", path=target)
        from alloc.instance import read
        from alloc.model import build, written

        written(build(read(instance, _overrides(settings))), target)
        click.echo(say("wrote", lang, path=target), err=True)


@main.command()
def schema() -> None:
    """Print the JSON Schema of an instance, for editors."""
    from alloc.instance.dictionary import json_schema

    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@lang_option
def new(folder: Path, lang: str) -> None:
    """Write a commented starter instance into FOLDER."""
    with _spoken(lang):
        from alloc.instance.starter import start

        start(folder)
        click.echo(say("new_next", lang, path=folder))


@main.command()
@click.option("--counties", type=click.IntRange(min=3), required=True, help="How many counties.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.argument("folder", type=click.Path(path_type=Path))
@lang_option
def generate(counties: int, seed: int, folder: Path, lang: str) -> None:
    """Write a synthetic question of many counties into FOLDER."""
    with _spoken(lang):
        from alloc.generate import generate as write_question

        write_question(counties, seed, folder)
        click.echo(say("new_next", lang, path=folder))


@main.command()
@lang_option
def doctor(lang: str) -> None:
    """Tell the versions in use and whether everything works."""
    with _spoken(lang):
        import tempfile

        from alloc.instance.starter import start
        from alloc.run import solve as run_solve
        from alloc.run import versions

        for name, number in versions().items():
            click.echo(f"{name} {number}")
        with tempfile.TemporaryDirectory() as place:
            start(Path(place) / "demo")
            run = run_solve(Path(place) / "demo", lang=lang)
            run.save(Path(place) / "result", lang=lang)
        click.echo(say("doctor_fine", lang))


if __name__ == "__main__":
    main()
