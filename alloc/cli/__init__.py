"""The command line: words in, words out."""

import io
import sys

import click

from alloc.cli.answer import doctor, solve
from alloc.cli.page import page
from alloc.cli.question import check, convert, export, generate, new, schema
from alloc.cli.sweep import sweep
from alloc.cli.uncertainty import sensitivity


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alloc")
def main() -> None:
    """Decide how a fixed yearly aid budget is spent, with a proof and an explanation."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows ? and goes on


for command in (check, convert, solve, page, sweep, sensitivity, export, schema, new, generate, doctor):
    main.add_command(command)
