"""The command line: words in, words out."""

import io
import os
import sys

import click

from alloc.cli.answer import doctor, solve
from alloc.cli.compare import diff, verify
from alloc.cli.desk import desk
from alloc.cli.exchange import export, forms
from alloc.cli.explaining import explain
from alloc.cli.following import roll
from alloc.cli.meeting import bottleneck, certainty, margin, price, repair, why
from alloc.cli.page import page
from alloc.cli.question import check, convert, generate, new, schema
from alloc.cli.speech import listen
from alloc.cli.sweep import sweep
from alloc.cli.tracking import track
from alloc.cli.tradeoff import alternatives, frontier
from alloc.cli.uncertainty import risk, sensitivity
from alloc.cli.whatif import whatif
from alloc.cli.words import HELP, VARIABLE, Planner, system_language
from alloc.texts import LANGUAGES


@click.group(cls=Planner, context_settings={"help_option_names": HELP})
@click.option("--lang", type=click.Choice(LANGUAGES), envvar=VARIABLE, show_envvar=True, default=system_language)
@click.version_option(package_name="alloc", message="%(prog)s %(version)s")
def main(lang: str) -> None:
    """Decide how a fixed yearly aid budget is spent, with a proof and an explanation."""
    listen()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started this
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows ? and goes on


for command in (
    check,
    convert,
    solve,
    page,
    verify,
    diff,
    sweep,
    whatif,
    desk,
    sensitivity,
    risk,
    frontier,
    alternatives,
    repair,
    price,
    margin,
    certainty,
    why,
    bottleneck,
    explain,
    export,
    forms,
    track,
    roll,
    schema,
    new,
    generate,
    doctor,
):
    main.add_command(command)
