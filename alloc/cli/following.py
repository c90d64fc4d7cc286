"""Commands that go on from a plan: next year's question."""

import sys
from pathlib import Path
from typing import Any

import click

from alloc.cli.speech import echo, lang_option, spoken
from alloc.texts import say


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.argument("actuals", type=click.Path(path_type=Path))
@click.option("--year", type=int, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--funds", type=click.Path(path_type=Path))
@click.option("--trust", type=float)
@lang_option
def roll(result: Path, actuals: Path, out: Path, lang: str, **options: Any) -> None:
    """Make next year's question from a plan and what became of it."""
    with spoken(lang):
        from alloc.report.target import check_writable
        from alloc.study.follow.roll import roll as roll_on

        check_writable(out, False, ())
        rolled = roll_on(result, actuals, lang=lang, **options)
        rolled.save(out)
        echo(say("roll_done", lang, changes=len(rolled.changes), doubts=len(rolled.doubts)))
        for doubt in rolled.doubts:
            echo(f"  {doubt}")
        echo(say("wrote", lang, path=out), err=True)
        if rolled.faults:
            echo(say("roll_refused", lang), err=True)
            for fault in rolled.faults:
                echo(f"  {fault.say(lang)}", err=True)
            sys.exit(2)
