"""The command that answers all that a meeting asks of a plan, and what it says on the screen."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alloc.cli.speech import choose_code, cluster_option, echo, known_address, lang_option, moving, spoken
from alloc.cli.studying import forget, keeping, was_interrupted
from alloc.processes import load_ahead
from alloc.texts import say
from alloc.texts.figures import amount

if TYPE_CHECKING:
    from alloc.report.names import Names
    from alloc.study.answers.explain import Explanation


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), default=3.0, show_default=True)
@click.option("--overwrite", is_flag=True)
@click.option("--gap", type=click.FloatRange(min=0))
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True))
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@cluster_option
@click.option("--json", "as_json", is_flag=True)
@lang_option
def explain(results: Path, overwrite: bool, as_json: bool, lang: str, **options: Any) -> None:
    """Answer what a meeting will ask of a plan, within some minutes, and write it beside the plan."""
    with spoken(lang):
        load_ahead("alloc.study.points")
        from alloc.report.target import ANSWERS, check_writable
        from alloc.study.answers.explain import explain as study
        from alloc.study.answers.written import MARK

        known_address(options["cluster"])
        target = results / ANSWERS
        overwrite = overwrite or was_interrupted(target / MARK)
        if target.exists():
            check_writable(target, overwrite, (MARK,))
        options["keep"] = results / f"{ANSWERS}.part"
        with keeping(lambda: options["keep"], lang), _counting(results.name, lang) as tell:
            found = study(results, tell=tell, **options)
        out = found.save(overwrite)
        if not found.interrupted:
            forget(options["keep"])
        if as_json:
            echo(json.dumps(found.figures, ensure_ascii=False, indent=2, allow_nan=False))
        else:
            for line in show_explanation(found, lang):
                echo(line)
        kept = out / "allocation.xlsx"
        echo(say("explain_kept", lang, path=kept) if kept.exists() else say("explain_made", lang), err=True)
        echo(say("wrote", lang, path=out), err=True)
        sys.exit(choose_code(found.interrupted, found.proven))


@contextmanager
def _counting(name: str, lang: str) -> Iterator[Callable[[object], None] | None]:
    """Show on a terminal how many solves there were, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    done = count(1)
    with moving(say("explain_progress", lang, name=name, count=0)) as update:
        yield lambda _: update(say("explain_progress", lang, name=name, count=next(done)))


def show_explanation(found: "Explanation", lang: str) -> Iterator[str]:
    """Yield each question with how far it is answered, and the first of its answers."""
    from alloc.report.answers import TOPICS
    from alloc.report.names import Names

    names = Names(found.instance, lang)
    first: Mapping[str, Callable[[Explanation, Names], str]] = {
        "prices": _say_price,
        "margin": _say_margin,
        "certainty": _say_safe,
        "why_not": partial(_say_measure, table="why_not"),
        "why": partial(_say_measure, table="why"),
    }
    yield names.say("explain_title", name=found.instance.title or found.instance.name)
    for topic in TOPICS:
        yield names.say(f"answers_h_{topic.key}")
        for sentence in found.answers.tell(topic, names):
            yield f"  {sentence}"
        said = first[topic.key](found, names)
        if said:
            yield names.say("explain_best", what=said)


def _say_price(found: "Explanation", names: "Names") -> str:
    for row in found.answers.get_rows("prices"):
        if _is_known(row["gain"]):
            word = "explain_price_step" if row["change"] == "step" else "explain_price"
            return _say_gain(word, row, names, limit=row["text"])
    return ""


def _say_margin(found: "Explanation", names: "Names") -> str:
    for row in found.answers.get_rows("margin"):
        if row["step"] == 1 and _is_known(row["gain"]):
            fund = names.name("fund", row["fund"])
            if row.get("year") is not None:
                fund = names.say("in_year", what=fund, year=row["year"])
            return _say_gain("explain_margin", row, names, fund=fund, step="+1")
    return ""


def _is_known(figure: float | None) -> bool:
    return figure is not None and not math.isnan(figure)


def _say_gain(text: str, row: dict[str, Any], names: "Names", **words: str) -> str:
    ends = {key: amount(row[of]) for key, of in (("gain", "gain"), ("least", "gain_least"), ("most", "gain_most"))}
    return names.say(text, **ends, **words)


def _say_safe(found: "Explanation", names: "Names") -> str:
    cells = found.answers.tables["cells"]
    if not len(cells):
        return ""
    ends = {"safe": amount(float(cells["least_bound"].sum())), "aid": amount(float(cells["aid"].sum()))}
    return names.say("explain_safe", **ends, label=names.label, within=f"{100 * found.answers.within:g}")


def _say_measure(found: "Explanation", names: "Names", table: str) -> str:
    for row in found.answers.get_rows(table):
        measure = names.name("measure", row["measure"])
        return names.say("explain_measure", measure=measure, answer=row["answer"])
    return ""
