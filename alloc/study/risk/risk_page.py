"""A study of risk as one page: the problems with their bounds, what was found in sentences, and the charts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from alloc.instance import Instance
from alloc.report.charts import Chart, standalone
from alloc.report.templates import load_template, name_language, read_text
from alloc.texts import say
from alloc.texts.figures import amount, percent

PROBLEMS = ("rp", "ev", "eev", "ws", "vss", "evpi")
"""The recourse problem, the problem of mean figures, what its plan brings, wait-and-see, and two differences."""


def tell_bound(bound: float | None) -> str:
    """Return a bound in words: one that is not known is a question mark."""
    return "?" if bound is None else amount(bound)


def name_curve(figures: Mapping[str, Any], lang: str) -> list[str]:
    """Return the heads of the table of the curve."""
    heads = ("risk_axis_weight", "risk_axis_expected", "risk_axis_cvar", "risk_goal", "risk_bound")
    return [say(key, lang, tail=percent(figures["plan"]["tail"])) for key in heads]


def tell_curve(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each plan of the curve: its weight of CVaR, both figures, and its goal with the proven bound."""
    for row in figures["curve"] or ():
        amounts = map(amount, (row["expected"], row["cvar"], row["goal"]))
        yield f"{row['weight']:g}", *amounts, tell_bound(row["bound"])


def write_page(
    instance: Instance, figures: Mapping[str, Any], told: Sequence[str], charts: Sequence[Chart], lang: str
) -> bytes:
    """Return the page, which fetches nothing from anywhere. figures: what risk.json holds; told: sentences."""
    rows = []
    for name in PROBLEMS:
        known = tell_bound(figures[name]["bound"])
        rows.append((say(f"risk_name_{name}", lang), amount(figures[name]["value"]), known))
    html = load_template("alloc.study.risk", "risk.html").render(
        language=name_language(lang),
        title=say("risk_title", lang, name=instance.title or instance.name, count=figures["scenarios"]),
        style=Markup(read_text("alloc.report", "difference.css")),
        heads=[say(key, lang) for key in ("risk_problem", "risk_value", "risk_bound")],
        rows=rows,
        told=told,
        curve=say("risk_curve_title", lang) if figures["curve"] else "",
        curve_heads=name_curve(figures, lang),
        curve_rows=list(tell_curve(figures)),
        charts=[Markup(standalone(chart)) for chart in charts],
    )
    return html.encode()
