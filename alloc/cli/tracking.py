"""The command that follows a plan up: planned against actual."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alloc.cli.speech import console, echo, lang_option, progress, spoken, unchecked_option
from alloc.errors import RequestError
from alloc.texts import say
from alloc.texts.figures import amount

if TYPE_CHECKING:
    from alloc.study.follow.tracking import Tracking

MOST_SHOWN = 20
"""So many measures that are not as planned go to the terminal; the files hold them all."""

MONEY = ("planned_money", "paid")
UNITS = ("planned_units", "delivered", "accepted")


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
    from rich import box
    from rich.table import Table

    from alloc.report.names import Names
    from alloc.study.follow.progress import say_states

    for line in found.tell(lang):
        echo(line)
    rows = found.list_open_measures()
    if rows.empty:
        return
    names = Names(found.instance, lang, either=True)
    shown = Table(box=box.SIMPLE_HEAD)
    shown.add_column(say("track_c_name", lang), overflow="fold")
    for key in (*MONEY, *UNITS):
        shown.add_column(say(f"track_c_{key}", lang, label=names.label), justify="right")
    shown.add_column(say("track_c_state", lang), overflow="fold")
    for row in rows.head(MOST_SHOWN).to_dict("records"):
        name = f"{names.name('county', row['county'])} · {names.name('measure', row['measure'])}"
        shown.add_row(name, *(amount(row[key]) for key in (*MONEY, *UNITS)), say_states(row["state"], lang))
    console().print(shown)
    if len(rows) > MOST_SHOWN:
        echo(say("diff_more_rows", lang, count=len(rows) - MOST_SHOWN))
