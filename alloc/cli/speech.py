"""What every command shares: its options, its words on standard error, its exit codes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, cast

import click

from alloc.cli.words import chosen
from alloc.errors import AllocError, RequestError
from alloc.texts import LANGUAGES, say

lang_option = click.option("--lang", type=click.Choice(LANGUAGES), callback=chosen)
set_option = click.option("--set", "settings", multiple=True)
map_option = click.option("--map", "map_file", type=click.Path(path_type=Path))
pictures_option = click.option("--png", "pictures", is_flag=True)
instance_argument = click.argument("instance", type=click.Path(path_type=Path))


@contextmanager
def spoken(lang: str) -> Iterator[None]:
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


def overrides(settings: tuple[str, ...]) -> dict[str, object]:
    """Return the figures to replace, path → value as written."""
    for setting in settings:
        if "=" not in setting or not setting.partition("=")[0]:
            raise RequestError("bad_setting", found=setting)
    return {key.strip(): value.strip() for key, _, value in (x.partition("=") for x in settings)}


@contextmanager
def progress(words: str) -> Iterator[TextIO | None]:
    """Show a moving line with the solver's bound and gap on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    from alloc.solver.progress import Progress

    with Console(stderr=True).status(words) as line:
        yield cast(TextIO, Progress(lambda news: line.update(f"{words}: {news}")))
