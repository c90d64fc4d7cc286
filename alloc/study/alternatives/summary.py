"""Alternatives on one screen: what each loses, what it moves, what it favours."""

from rich.console import RenderableType
from rich.table import Table

from alloc.report.summary import claimed
from alloc.study.alternatives.folder import ranges
from alloc.study.alternatives.study import Alternatives
from alloc.texts import say
from alloc.texts.figures import amount, percent


def summary(found: Alternatives, lang: str) -> list[RenderableType]:
    """Return the readable summary of alternatives for a terminal."""
    if found.status != "found":
        return ["\n  ".join([say(found.status, lang), *found.best.figures.get("clash", ())])]
    name, year, label = found.instance.title or found.instance.name, found.instance.year, found.instance.money.label
    words = {"name": name, "year": year, "count": len(found.plans), "within": f"{found.within:.6g}"}
    lines: list[RenderableType] = [say("alternatives_title", lang, **words), _plans(found, lang)]
    if not found.every:
        lines += [say("alternatives_ranges", lang, label=label), _ranges(found, lang)]
    if found.every:
        ending = "alternatives_every" if found.complete else "alternatives_cut"
    else:
        ending = "alternatives_done" if found.complete else "alternatives_fewer"
    return [*lines, say(ending, lang, count=len(found.plans), asked=found.asked)]


def _plans(found: Alternatives, lang: str) -> Table:
    shown = Table()
    heads = ("plan", "goal", "through_aid", "loss", "moved", "nearest", "proven", "favours")
    for head in heads:
        key = "study_through_aid" if head == "through_aid" else f"alternatives_{head}"
        shown.add_column(say(key, lang, label=found.instance.money.label))
    for plan in found.plans:
        goal = amount(plan.run.objective)
        claim = claimed(plan.run.figures["through_aid"], "employment", lang)
        near = "–" if plan.nearest is None else amount(plan.nearest)
        proven = "✓" if plan.proven else "–"
        money = amount(plan.moved), near
        shown.add_row(str(plan.number), goal, claim, percent(plan.loss, 2), *money, proven, plan.favours)
    return shown


def _ranges(found: Alternatives, lang: str) -> Table:
    shown = Table()
    for head in ("county", "least", "most", "shown"):
        shown.add_column(say("county" if head == "county" else f"alternatives_{head}", lang))
    for row in ranges(found).to_dict("records"):
        county = found.instance.counties[row["county"]]
        name = (county.name_zh if lang == "zh" else county.name) or row["county"]
        between = f"{amount(row['shown_least'])} – {amount(row['shown_most'])}" if found.plans else "–"
        shown.add_row(name, amount(row["least"]), amount(row["most"]), between)
    return shown
