"""A frontier on one screen: every point, and in one sentence how much is proven."""

from rich.console import RenderableType
from rich.table import Table

from alloc.report.summary import claimed
from alloc.study.frontier.study import Curve, Frontier
from alloc.texts import say
from alloc.texts.figures import amount


def summary(found: Frontier, lang: str) -> list[RenderableType]:
    """Return the readable summary of a frontier for a terminal."""
    first, second = (say(f"aim_{name}", lang) for name in found.objectives)
    name, year, count = found.instance.title or found.instance.name, found.instance.year, len(found.points)
    lines: list[RenderableType] = [
        say("frontier_title", lang, name=name, year=year, count=count, first=first, second=second)
    ]
    for curve in found.curves:
        if curve.budget is not None:
            label = found.instance.money.label
            lines.append(say("frontier_budget", lang, fund=found.fund, amount=amount(curve.budget), label=label))
        lines += _curve(found, curve, lang)
    return lines


def _curve(found: Frontier, curve: Curve, lang: str) -> list[RenderableType]:
    if curve.trace is None:
        return ["\n  ".join([say(curve.status, lang), *curve.clash])]
    heads = [say("frontier_point", lang), *(say(f"aim_{name}", lang) for name in found.objectives)]
    heads += [say(key, lang) for key in ("study_through_aid", "frontier_money", "frontier_proven", "frontier_kind")]
    shown = Table()
    for i, head in enumerate(heads):
        shown.add_column(head, justify="right" if i < 5 else "left")
    for point in curve.points:
        claim = claimed(point.run.figures["through_aid"], "employment", lang)
        numbers = [*map(amount, point.values), claim, amount(point.money)]
        kind = " · ".join(say(f"kind_{word}", lang) for word in point.kind.split("|"))
        shown.add_row(str(point.number), *numbers, "✓" if point.proven else "–", kind)
    how = [say(f"frontier_{curve.trace.method}", lang, tolerance=f"{found.tolerance:.3%}")] if curve.complete else []
    if not how:
        unproven = sum(not point.proven for point in curve.points)
        how = [say("frontier_incomplete", lang, count=unproven, all=len(curve.points))]
    return [shown, *how]
