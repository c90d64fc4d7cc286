"""A study of risk as one page: the problems with their bounds, what was found in sentences, and the charts."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from alloc.instance import Instance
from alloc.report.charts import Chart, standalone
from alloc.report.templates import load_template, read_text
from alloc.texts import say
from alloc.texts.figures import amount

PROBLEMS = ("rp", "ev", "eev", "ws", "vss", "evpi")
"""The recourse problem, the problem of mean figures, what its plan brings, wait-and-see, and two differences."""


def write_page(
    instance: Instance, figures: Mapping[str, Any], told: Sequence[str], charts: Sequence[Chart], lang: str
) -> bytes:
    """Return the page, which fetches nothing from anywhere. figures: what risk.json holds; told: sentences."""
    rows = []
    for name in PROBLEMS:
        bound = figures[name]["bound"]
        known = "?" if bound is None else amount(bound)
        rows.append((say(f"risk_name_{name}", lang), amount(figures[name]["value"]), known))
    html = load_template("alloc.study.risk", "risk.html").render(
        language="zh-CN" if lang == "zh" else lang,
        title=say("risk_title", lang, name=instance.title or instance.name, count=figures["scenarios"]),
        style=Markup(read_text("alloc.report", "difference.css")),
        heads=[say(key, lang) for key in ("risk_problem", "risk_value", "risk_bound")],
        rows=rows,
        told=told,
        charts=[Markup(standalone(chart)) for chart in charts],
    )
    return html.encode()
