"""The command that tells how sensitive the plan is to its figures."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alloc.cli.speech import (
    INTERRUPTED,
    cluster_option,
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
from alloc.errors import RequestError
from alloc.texts import say

if TYPE_CHECKING:
    from alloc.study.request import Tell

METHODS = ("tornado", "morris", "sobol", "decisions", "switching", "information")


@click.command()
@instance_argument
@click.option("--out", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True)
@click.option("--method", "methods", multiple=True, type=click.Choice(METHODS))
@click.option("--only", multiple=True)
@click.option("--spread", "spreads", multiple=True)
@click.option("--reach", type=float)
@click.option("--samples", type=click.IntRange(min=2))
@click.option("--nodes", type=click.IntRange(min=2), default=5, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@cluster_option
@click.option("--gap", type=click.FloatRange(min=0))
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True))
@set_option
@click.option("--json", "as_json", is_flag=True)
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
        from alloc.cli.sensitivity_summary import show_sensitivity
        from alloc.instance import read
        from alloc.report.target import check_writable
        from alloc.study.sensitivity import sensitivity as study
        from alloc.study.sensitivity.save import MARK

        known_address(options["cluster"])
        given, spread = overrides(settings), _spread(spreads)
        name = read(instance, given).name
        target = out or Path("results") / f"{name}-sensitivity"
        check_writable(target, overwrite, (MARK,))
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
        named = saved(lambda place: found.save(place, overwrite, lang), target, lang)
        if as_json:
            echo(json.dumps(found.figures, ensure_ascii=False, indent=2, allow_nan=False))
        else:
            for line in show_sensitivity(found.tables, found.figures, lang):
                echo(line)
        unproven = found.figures["not_proven"]
        if unproven:
            echo(say("study_unproven", lang, count=unproven, solves=found.figures["solves"]), err=True)
        code = INTERRUPTED if found.figures["interrupted"] else 4 if unproven else 0
        sys.exit(code if named else 2)


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
def _counting(name: str, lang: str) -> Iterator["Tell | None"]:
    """Show how many questions were solved on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    with moving(say("studying", lang, name=name, solves=0)) as update:
        yield lambda progress: update(say("studying", lang, name=name, solves=progress.count))
