"""The command that tells how sensitive the plan is to its figures."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alloc.cli.speech import instance_argument, lang_option, overrides, set_option, spoken
from alloc.errors import RequestError
from alloc.texts import say

if TYPE_CHECKING:
    from alloc.study.points import Point

METHODS = ("tornado", "morris", "sobol", "decisions", "switching", "information")


@click.command()
@instance_argument
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the study (default: results/NAME-sensitivity).")
@click.option("--overwrite", is_flag=True, help="Replace an earlier study.")
@click.option(
    "--method",
    "methods",
    multiple=True,
    type=click.Choice(METHODS),
    help="What is found out; may be given several times (default: tornado and decisions).",
)
@click.option("--only", multiple=True, metavar="PATH", help="Vary these figures only: measures.*.unit_cost.")
@click.option(
    "--spread", "spreads", multiple=True, metavar="SOURCE=PART", help="By source: assumption=0.3,default=0.1."
)
@click.option("--reach", type=float, metavar="PART", help="Look for switching values up to this part of a figure.")
@click.option("--samples", type=click.IntRange(min=2), help="Draws, trajectories or base samples of a method.")
@click.option("--nodes", type=click.IntRange(min=2), default=5, show_default=True, help="Places for information.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same samples.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that solve.")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler to solve on instead: tcp://…")
@click.option("--gap", type=click.FloatRange(min=0), help="Proven gap at which each solve stops.")
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), help="Longest time of each solve in seconds."
)
@set_option
@click.option("--json", "as_json", is_flag=True, help="Print sensitivity.json and nothing else on standard output.")
@lang_option
def sensitivity(
    instance: Path,
    out: Path | None,
    overwrite: bool,
    methods: tuple[str, ...],
    spreads: tuple[str, ...],
    settings: tuple[str, ...],
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Tell which figures the plan hangs on, and how sure each measure is."""
    with spoken(lang):
        from alloc.instance import read
        from alloc.study.binder import may_bind
        from alloc.study.sensitivity import folder, summary
        from alloc.study.sensitivity import sensitivity as study

        given, spread = overrides(settings), _spread(spreads)
        name = read(instance, given).name
        target = out or Path("results") / f"{name}-sensitivity"
        may_bind(target, folder.MARK, overwrite)
        with _counting(name, lang) as tell:
            found = study(
                instance,
                methods=methods or ("tornado", "decisions"),
                spread=spread,
                overrides=given,
                lang=lang,
                tell=tell,
                **options,
            )
        found.save(target, overwrite, lang)
        if as_json:
            click.echo(json.dumps(found.figures, ensure_ascii=False, indent=2, allow_nan=False))
        else:
            for line in summary.summary(found.tables, found.figures, lang):
                click.echo(line)
        click.echo(say("wrote", lang, path=target), err=True)
        unproven = found.figures["not_proven"]
        if unproven:
            click.echo(say("study_unproven", lang, count=unproven, solves=found.figures["solves"]), err=True)
        sys.exit(4 if unproven else 0)


def _spread(written: tuple[str, ...]) -> dict[str, float]:
    """Return the spreads as given: source → part of the figure."""
    found = {}
    for pair in ",".join(written).split(",") if written else ():
        source, _, part = pair.partition("=")
        try:
            found[source.strip()] = float(part)
        except ValueError:
            raise RequestError("bad_spread", found=pair) from None
    return found


@contextmanager
def _counting(name: str, lang: str) -> Iterator["Callable[[Point], None] | None"]:
    """Show how many questions were solved on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status(say("studying", lang, name=name, solves=0)) as line:
        solved = 0

        def tell(point: "Point") -> None:
            nonlocal solved
            solved += 1
            line.update(say("studying", lang, name=name, solves=solved))

        yield tell
