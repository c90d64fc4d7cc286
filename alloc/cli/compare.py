"""Commands about plans that exist: compare two of them, check one that was made by hand."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alloc.cli.speech import (
    console,
    echo,
    instance_argument,
    lang_option,
    overrides,
    progress,
    set_option,
    spoken,
    unchecked_option,
)
from alloc.texts import say

if TYPE_CHECKING:
    import pandas as pd

    from alloc.report.difference import Reader
    from alloc.study.compare.diff import Difference

MOST_SHOWN = 20
"""Of long tables so many rows go to the terminal; files hold them all."""

json_option = click.option("--json", "as_json", is_flag=True)


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path))
@unchecked_option
@json_option
@lang_option
def diff(a: Path, b: Path, out: Path | None, unchecked: bool, as_json: bool, lang: str) -> None:
    """Compare two plans, results folders or workbooks: who gains, which rules bind, where the jobs come from."""
    with spoken(lang):
        from alloc.study.compare.diff import diff as compare

        with progress(say("comparing", lang)):
            found = compare(a, b, lang=lang, unchecked=unchecked)
        if out is not None:
            echo(say("wrote", lang, path=found.save(out, lang)), err=True)
        if as_json:
            echo(json.dumps(found.figures, ensure_ascii=False, indent=2, allow_nan=False))
        else:
            _tell_difference(found, lang)


def _tell_difference(found: "Difference", lang: str) -> None:
    to, tables = found.reader(lang), found.tables
    echo(f"{say('diff_title', lang, a=to.a, b=to.b)}\n{to.note}\n")
    to = replace(to, a="", b="")  # columns are narrow
    measures, rules = tables["measures"], tables["rules"]
    changed = measures[~measures["what"].isin(["same", "out"])]
    order = changed["cost_change"].abs().sort_values(ascending=False, kind="stable").index
    year = [column for column in ("year",) if column in measures]
    _print("goals", tables["goals"], to)
    _print("counties", tables["counties"][[*year, "county", *_three("aid"), *_three("jobs_gained")]], to)
    _print("categories", tables["categories"][[*year, "category", *_three("aid"), *_three("national")]], to)
    _print("funds", tables["funds"][[*year, "fund", "kind", *_three("spent")]], to)
    _print("measures", changed.loc[order][[*year, "measure", "what", *_three("cost"), *_three("aid")]], to)
    differing = rules[rules["what"].isin(["only_a", "only_b"])]
    _print("rules", differing[[*year, "rule", "group", "what", "value_a", "value_b", "slack_a", "slack_b"]], to)
    if found.split.why_not:
        echo(found.split.why_not)
        return
    _print("effects", tables["effects"], to)
    if not found.split.differ:
        echo(say("diff_same_inputs", lang))
    elif found.split.solves:
        echo(say("diff_solved", lang, solves=found.split.solves))


def _three(column: str) -> tuple[str, str, str]:
    return f"{column}_a", f"{column}_b", f"{column}_change"


def _print(name: str, frame: "pd.DataFrame", to: "Reader") -> None:
    """Print a table with its title, the longest ones in part."""
    from alloc.report.difference import show_rows
    from alloc.report.screen import new_table

    screen = console()
    if frame.empty:
        screen.print(f"{to.say(f'diff_{name}')}: {to.say('diff_nothing')}\n")
        return
    table = new_table(title=to.say(f"diff_{name}"))
    for column in frame.columns:
        numeric = frame[column].dtype.kind in "fiu"
        table.add_column(to.title(column), justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    for row in show_rows(frame, to)[:MOST_SHOWN]:
        table.add_row(*(cell.text for cell in row))
    screen.print(table)
    if len(frame) > MOST_SHOWN:
        screen.print(to.say("diff_more_rows", count=len(frame) - MOST_SHOWN) + "\n")


@click.command()
@instance_argument
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--against", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path))
@click.option("--gap", type=click.FloatRange(min=0))
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True))
@set_option
@json_option
@lang_option
def verify(
    instance: Path, plan: Path, out: Path | None, settings: tuple[str, ...], as_json: bool, lang: str, **options: Any
) -> None:
    """Audit a PLAN made by hand (workbook, allocation.csv, results folder): what it breaks, what it costs."""
    with spoken(lang):
        from alloc.instance import read
        from alloc.study.compare.telling import tell_contradiction, tell_verdict
        from alloc.study.compare.verify import verify as check

        question = read(instance, overrides(settings))
        with progress(say("solving", lang, name=question.name)) as log:
            found = check(question, plan, lang=lang, log=log, **options)
        if out is not None:
            echo(say("wrote", lang, path=found.save(out, lang)), err=True)
        if as_json:
            echo(json.dumps(found.figures, ensure_ascii=False, indent=2, allow_nan=False))
        else:
            for line in tell_verdict(found, lang):
                echo(line)
            for line in tell_contradiction(found, lang):
                echo(line, err=True)
        if found.beats_the_proof:
            sys.exit(1)
        sys.exit(0 if found.passed else 6)
