"""What the commands of all studies share: their options, the question that is read, and how they end."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alloc.cli.speech import (
    INTERRUPTED,
    cluster_option,
    console,
    echo,
    instance_argument,
    known_address,
    lang_option,
    moving,
    overrides,
    saved,
    set_option,
    spoken,
    take,
    tell_early,
)
from alloc.errors import AllocError
from alloc.processes import MANY, load_ahead
from alloc.texts import say

if TYPE_CHECKING:
    from alloc.instance import Instance

BEFORE = (
    click.option("--out", type=click.Path(path_type=Path)),
    click.option("--overwrite", is_flag=True),
    click.option("--gap", type=click.FloatRange(min=0)),
    click.option("--time-limit", type=click.FloatRange(min=0, min_open=True)),
)
JOBS = click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
AFTER = (cluster_option, set_option, click.option("--json", "as_json", is_flag=True), lang_option)
OPTIONS = (*BEFORE, JOBS, *AFTER)
"""What all studies take."""

WITHOUT_JOBS = (*BEFORE, *AFTER)
"""The same where `--jobs` are people's."""


@dataclass
class StudyCall:
    """One call of a study: what was said in the options that all studies have."""

    instance: Path
    out: Path | None
    overwrite: bool
    given: dict[str, object]
    as_json: bool
    lang: str
    question: "Instance"
    name: str = ""
    target: Path = field(default_factory=Path)

    @property
    def part(self) -> Path:
        """The folder that keeps what is solved until there are results."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def kept(self) -> dict[str, Any]:
        """What a study takes that keeps what is solved, so that one that was stopped goes on."""
        return {**self.shared, "keep": self.part}

    @property
    def shared(self) -> dict[str, Any]:
        """What every study takes beside options of its own."""
        return {"overrides": self.given, "lang": self.lang}

    def open(self, ending: str, mark: str, anew: bool = False) -> "Instance":
        """Return the question, once the folder of results is known to be free.

        anew: what one that was stopped has left there is written anew.
        """
        from alloc.report.target import check_writable

        self.name = self.question.name
        self.target = self.out or Path("results") / f"{self.name}-{ending}"
        self.overwrite = self.overwrite or (anew and was_interrupted(self.target / mark))
        check_writable(self.target, self.overwrite, (mark,))
        return self.question

    @contextmanager
    def counting(
        self, text: str, read_count: Callable[[Any], int] = attrgetter("count")
    ) -> Iterator[Callable[[Any], None] | None]:
        """Show on a terminal how far a study is, nothing in a pipe. read_count: the count in what the study tells."""
        if not sys.stderr.isatty():
            yield None
            return
        with moving(say(text, self.lang, name=self.name, count=0)) as update:
            yield lambda news: update(say(text, self.lang, name=self.name, count=read_count(news)))

    def save(self, found: Any) -> bool:
        """Write the folder of results; tell whether under its own name. What was kept until then is not needed more."""
        named = saved(lambda place: found.save(place, self.overwrite, self.lang), self.target, self.lang)
        if not getattr(found, "interrupted", False):
            forget(self.part)
        return named

    def tell(self, line: str) -> None:
        """Print a line of the summary that is known before the rest, unless JSON is asked for."""
        tell_early(line, self.as_json)

    def show(self, figures: Mapping[str, Any], lines: Iterable[Any], folded: bool = True) -> None:
        """Print the figures as JSON where that is asked for, else the summary. folded: lines fit the screen."""
        if self.as_json:
            echo(json.dumps(figures, ensure_ascii=False, indent=2, allow_nan=False))
            return
        put = console().print if folded else echo
        for line in lines:
            put(line)


def was_interrupted(mark: Path) -> bool:
    """Tell whether results say of themselves that somebody stopped them: asked again, they are written anew."""
    try:
        return json.loads(mark.read_text(encoding="utf-8"))["interrupted"] is True
    except (OSError, ValueError, KeyError, TypeError):
        return False


@contextmanager
def keeping(find_part: Callable[[], Path | None], lang: str) -> Iterator[None]:
    """Say after Ctrl-C where what is solved is kept; forget it where there is nothing to go on with.

    find_part: returns the folder that keeps it, None where it is not known yet.
    """
    try:
        yield
    except KeyboardInterrupt:
        part = find_part()
        if part is None or not part.is_dir():
            raise
        echo(say("sweep_stopped", lang, path=part), err=True)
        sys.exit(INTERRUPTED)
    except AllocError as error:
        part = find_part()
        if part is not None and getattr(error, "text", "") != "sweep_busy":
            forget(part)
        raise


def forget(part: Path) -> None:
    """Remove what was kept until there are results."""
    from alloc.study.points.store import remove_store

    remove_store(part)


def _reuse_processes() -> None:
    """Let what a study asks after the first use the processes that are there."""
    from alloc.solver.pool import reuse_processes
    from alloc.study.request import JOBS

    reuse_processes(JOBS)


def study_command(command: Callable[..., None], shared: Iterable[Callable[..., Any]] = OPTIONS) -> Callable[..., None]:
    """Add the options that all studies have, and hand what was said in them to the command as a StudyCall."""

    @wraps(command)
    def run(
        instance: Path,
        out: Path | None,
        overwrite: bool,
        settings: tuple[str, ...],
        as_json: bool,
        lang: str,
        **options: Any,
    ) -> None:
        with spoken(lang):
            from alloc.instance import inspect

            known_address(options["cluster"])
            given = overrides(settings)
            question = take(inspect(instance, given), lang)
            if len(question.measures) >= MANY:
                load_ahead("alloc.study.points")
            _reuse_processes()
            call = StudyCall(instance, out, overwrite, given, as_json, lang, question)
            with keeping(lambda: call.part if call.name else None, lang):
                command(call, **options)

    for option in reversed((instance_argument, *shared)):
        run = option(run)
    return run
