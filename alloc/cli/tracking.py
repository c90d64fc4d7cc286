"""The command that follows a plan up: planned against actual."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alloc.cli.speech import console, echo, lang_option, progress, spoken, unchecked_option
from alloc.errors import RequestError
from alloc.texts import say

if TYPE_CHECKING:
    from alloc.study.follow.tracking import Tracking

MOST_SHOWN = 20
"""So many measures that are not as planned go to the terminal; the files hold them all."""


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.argument("actuals", type=click.Path(path_type=Path), required=False)
@click.option("--template", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
@unchecked_option
@lang_option
def track(
    result: Path,
    actuals: Path | None,
    template: Path | None,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    unchecked: bool,
    lang: str,
) -> None:
    """Compare a plan with what was paid, delivered and counted; --template writes the workbook to fill in."""
    with spoken(lang):
        if (actuals is None) == (template is None):
            raise RequestError("track_either")
        if template is not None:
            from alloc.study.follow.template import write_actuals_template

            path = write_actuals_template(result, template, overwrite=overwrite, lang=lang)
            echo(say("wrote", lang, path=path), err=True)
            return
        assert actuals is not None
        from alloc.report.target import check_writable
        from alloc.study.follow.tracking import MARK
        from alloc.study.follow.tracking import track as follow

        if out is not None:
            check_writable(out, overwrite, (MARK,))
        with progress(say("comparing", lang)):
            found = follow(result, actuals, unchecked=unchecked, lang=lang)
        for fault in found.warnings:
            echo(f"{say('warning', lang)}: {fault.say(lang)}", err=True)
        if out is not None:
            echo(say("wrote", lang, path=found.save(out, overwrite, lang)), err=True)
        if as_json:
            echo(json.dumps(found.figures, ensure_ascii=False, indent=2, allow_nan=False))
        else:
            _tell(found, lang)


def _tell(found: "Tracking", lang: str) -> None:
    """Print the summary, and the measures that are not as planned."""
    from alloc.study.follow.shown import make_screen_table
    from alloc.study.follow.tracked import describe_open

    for line in found.tell(lang):
        echo(line)
    table = describe_open(found, lang)
    if not table.count:
        return
    console().print(make_screen_table(table, MOST_SHOWN))
    if table.count > MOST_SHOWN:
        echo(say("diff_more_rows", lang, count=table.count - MOST_SHOWN))
