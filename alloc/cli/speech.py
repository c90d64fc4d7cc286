"""What every command shares: its options, its words on standard error, its exit codes."""

import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO, TypeVar, cast

import click

from alloc.cli.words import chosen
from alloc.errors import AllocError, InstanceError, RequestError
from alloc.texts import LANGUAGES, escaped, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from alloc.instance import Instance, Reading

Command = TypeVar("Command", bound=Callable[..., Any])

lang_option = click.option("--lang", type=click.Choice(LANGUAGES), callback=chosen)
ASKED_RULES = "alloc.asked_rules"
"""Where a command keeps the rules that were asked for beside those written."""


def _keep_rules(context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> None:
    context.meta[ASKED_RULES] = texts


def set_option(command: Command) -> Command:
    """Add the options for figures to replace and for rules to add; `overrides` returns what was said with both."""
    rule = click.option("--rule", multiple=True, expose_value=False, callback=_keep_rules)
    return click.option("--set", "settings", multiple=True)(rule(command))


map_option = click.option("--map", "map_file", type=click.Path(path_type=Path))
pictures_option = click.option("--png", "pictures", is_flag=True)
cluster_option = click.option("--cluster")
threads_option = click.option("--threads", type=click.IntRange(min=0, max=256))
method_option = click.option("--method", type=click.Choice(["auto", "whole", "blocks"]))
unchecked_option = click.option("--unchecked", is_flag=True)
instance_argument = click.argument("instance", type=click.Path(path_type=Path))


_SETTING = re.compile(r"(?P<key>(?:\[[^\]]*\]|[^=])+)=(?P<value>.*)", re.DOTALL)
"""A path and its value; what stands between brackets is a selector, with signs of its own."""

INTERRUPTED, UNHEARD = 130, 141
"""Exit codes as shells know them: ended by an interrupt; nobody reads the output any more."""


def choose_code(interrupted: bool, complete: bool, statuses: Collection[str] = ("found",)) -> int:
    """Return the exit code of a study, as of a solve. complete: whether all that was asked is proven."""
    if interrupted:
        return INTERRUPTED
    if "found" not in statuses:
        return 3 if "infeasible" in statuses else 5
    return 0 if complete else 4


def echo(words: str, err: bool = False) -> None:
    """Print words; here and in `console`, and nowhere else, words go to a terminal, and none of them steers it."""
    click.echo(escaped(words), err=err)


def take(reading: "Reading", lang: str) -> "Instance":
    """Return the question that was read, its warnings told. Raises InstanceError for its faults."""
    for warning in reading.warnings:
        echo(f"{say('warning', lang)}: {warning.say(lang)}", err=True)
    if reading.instance is None:
        raise InstanceError(reading.faults)
    return reading.instance


def console(err: bool = False) -> "Console":
    """Return where tables and moving lines are printed: words are taken to the letter, brackets included."""
    from rich.console import Console

    class Plain(Console):
        def render_str(self, text: str, **how: Any) -> "Text":
            return super().render_str(escaped(text), **how)

        def on_broken_pipe(self) -> None:
            raise  # it is called where the error is caught, and would end with 1, which is an internal error

    wide = None if err or sys.stdout.isatty() else 150
    return Plain(stderr=err, highlight=False, markup=False, emoji=False, width=wide)


@contextmanager
def moving(words: str) -> Iterator[Callable[[str], None]]:
    """Show a line that changes, and yield what changes it."""
    from rich.text import Text  # a plain string would be searched for brackets

    with console(err=True).status(Text(escaped(words))) as line:
        yield lambda news: line.update(Text(escaped(news)))


@contextmanager
def spoken(lang: str) -> Iterator[None]:
    """Turn errors raised on purpose into words on standard error and their exit code."""
    try:
        with _told(lang):
            yield
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):  # what is flushed at the end must find an ear
            os.dup2(nowhere, stream.fileno())
        sys.exit(UNHEARD)


@contextmanager
def _told(lang: str) -> Iterator[None]:
    """Tell what is raised; that nobody reads is raised on."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # here, where it can be said that nobody reads
    except AllocError as error:
        echo(error.say(lang), err=True)
        if isinstance(error, InstanceError):
            echo(say("check_more", lang), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        echo(say("interrupted", lang), err=True)
        sys.exit(INTERRUPTED)
    except Exception as error:
        failed = _failed(error)
        if failed is None:
            raise
        text = "not_accessible" if failed.filename else "not_accessible_file"
        echo(say(text, lang, path=failed.filename, reason=failed.strerror or failed), err=True)
        sys.exit(2)


def _failed(error: Exception) -> OSError | None:
    """Return what the system refused, where that is behind an error."""
    behind = (error, *error.args, error.__cause__, error.__context__)
    return next((found for found in behind if isinstance(found, OSError)), None)


def listen() -> None:
    """Take what ends a process, or the terminal that goes, as what Ctrl-C is: searches end with what they have.

    An interrupt is heard even where a shell that runs a command in the background has it ignored: whoever sends one
    to a study of hours means it.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _interrupted)


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Do what Ctrl-C would do at this moment."""
    now = signal.getsignal(signal.SIGINT)
    (now if callable(now) else signal.default_int_handler)(signal.SIGINT, frame)


def saved(write: Callable[[Path], Path], target: Path, lang: str) -> bool:
    """Write a folder, and tell whether under its name; where another run has taken that meanwhile, beside it."""
    for k in count(1):
        place = target if k == 1 else target.with_name(f"{target.name}-{k}")
        try:
            write(place)
            break
        except RequestError as error:
            if error.text != "folder_exists":
                raise
    if place == target:
        echo(say("wrote", lang, path=target), err=True)
    else:
        echo(say("saved_aside", lang, path=target, kept=place), err=True)
    return place == target


def known_address(cluster: str | None) -> None:
    """Raise RequestError for what is no address of a cluster, before anything is read or solved."""
    if cluster is not None:
        from alloc.solver import check_address

        check_address(cluster)


def overrides(settings: tuple[str, ...]) -> dict[str, object]:
    """Return the figures to replace and the rules to add, path → value as written."""
    given = dict(split_setting(setting, "bad_setting") for setting in settings)
    texts = click.get_current_context().meta.get(ASKED_RULES, ())
    if not texts:
        return dict(given)
    from alloc.instance.asking import read_rules  # an instance takes long to load

    return {**read_rules(texts), **given}


def split_setting(setting: str, fault: str) -> tuple[str, str]:
    """Return the path and the value of `PATH=VALUE`; fault: the sentence that says what is none."""
    found = _SETTING.fullmatch(setting)
    if found is None:
        raise RequestError(fault, found=setting)
    return found["key"].strip(), found["value"].strip()


def tell_early(line: str, as_json: bool) -> None:
    """Print a line of the summary that is known before the rest, unless JSON is asked for."""
    if not as_json:
        console().print(line)
        sys.stdout.flush()


@contextmanager
def progress(words: str) -> Iterator[TextIO | None]:
    """Show a moving line with the solver's bound and gap on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from alloc.solver.progress import Progress

    with moving(words) as update:
        yield cast(TextIO, Progress(lambda news: update(f"{words}: {news}")))
