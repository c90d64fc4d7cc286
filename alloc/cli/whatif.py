"""The command that makes a page of sliders: every position a plan that was solved."""

import sys
from pathlib import Path
from typing import Any

import click

from alloc.cli.speech import (
    echo,
    instance_argument,
    known_address,
    lang_option,
    overrides,
    set_option,
    split_setting,
    spoken,
)
from alloc.cli.sweep import PAGE, name_instance, point_options, solving, tell_done
from alloc.errors import RequestError
from alloc.processes import load_ahead
from alloc.texts import say


@click.command()
@instance_argument
@click.option("--over", "lines", multiple=True, required=True)
@point_options
@set_option
@lang_option
def whatif(
    instance: Path,
    lines: tuple[str, ...],
    out: Path | None,
    settings: tuple[str, ...],
    lang: str,
    cluster: str | None,
    **options: Any,
) -> None:
    """Make a page with a slider for each figure that varies; every position is a plan that was solved."""
    with spoken(lang):
        load_ahead("alloc.study.points")
        from alloc.study.whatif import whatif as run_whatif

        known_address(cluster)
        over = _read_lines(lines)
        target = out or Path("results") / f"{name_instance(instance)}-whatif"
        more = {"overrides": overrides(settings), "cluster": cluster, **options}
        with solving(target, lang) as tell:
            done = run_whatif(instance, over, target, lang=lang, tell=tell, apart=True, **more)
        tell_done(done.sweep, lang)
        echo(say("wrote", lang, path=target / PAGE), err=True)
        sys.exit(done.exit_code)


def _read_lines(lines: tuple[str, ...]) -> dict[str, str]:
    """Return path → values as written."""
    over: dict[str, str] = {}
    for line in lines:
        path, value = split_setting(line, "bad_over")
        if path in over:
            raise RequestError("over_twice", path=path)
        over[path] = value
    return over
