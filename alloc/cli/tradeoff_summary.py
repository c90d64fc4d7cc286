"""A frontier, and alternatives, on one screen: each point or plan, and in one sentence how much is proven."""

from collections.abc import Iterator

from rich.table import Table

from alloc.report.names import Names
from alloc.report.screen import new_table
from alloc.report.told import show_claim
from alloc.study.alternatives import Alternatives
from alloc.study.frontier import Frontier
from alloc.study.frontier.result import Curve
from alloc.texts import say
from alloc.texts.figures import amount, percent


def show_frontier(found: Frontier, lang: str) -> Iterator[str | Table]:
    """Yield the readable summary of a frontier for a terminal."""
    first, second = (say(f"aim_{name}", lang) for name in found.objectives)
    name, year, count = found.instance.title or found.instance.name, found.instance.year, len(found.points)
    proven = all(point.proven for point in found.points)
    title = "frontier_title" if proven else "frontier_title_unproven"
    yield say(title, lang, name=name, year=year, count=count, first=first, second=second)
    for curve in found.curves:
        if curve.budget is not None:
            label = found.instance.money.label
            yield say("frontier_budget", lang, fund=found.fund, amount=amount(curve.budget), label=label)
        if curve.trace is None:
            yield _join_clash(curve.status, curve.clash, lang)
        else:
            yield _tabulate_points(found, curve, lang)
            yield _say_how_proven(found, curve, lang)


def _join_clash(status: str, clash: tuple[str, ...], lang: str) -> str:
    return "\n  ".join([say(status, lang), *clash])


def _tabulate_points(found: Frontier, curve: Curve, lang: str) -> Table:
    shown = new_table()
    keys = ["frontier_point", *(f"aim_{name}" for name in found.objectives), "study_through_aid", "frontier_money"]
    for key in keys:
        shown.add_column(say(key, lang), justify="right")
    for key in ("frontier_proven", "frontier_kind"):
        shown.add_column(say(key, lang))
    for point in curve.points:
        claim = show_claim(point.run.figures["through_aid"], "employment", lang)
        numbers = [*map(amount, point.values), claim, amount(point.money)]
        kind = " · ".join(say(f"kind_{word}", lang) for word in point.kinds)
        shown.add_row(str(point.number), *numbers, _mark(point.proven), kind)
    return shown


def _say_how_proven(found: Frontier, curve: Curve, lang: str) -> str:
    if curve.complete and curve.trace is not None:
        by_blocks = curve.trace.method == "hull" and curve.solved_by == "blocks"
        key = "frontier_hull_blocks" if by_blocks else f"frontier_{curve.trace.method}"
        return say(key, lang, tolerance=f"{found.tolerance:.3%}")
    unproven = sum(not point.proven for point in curve.points)
    return say("frontier_incomplete", lang, count=unproven, all=len(curve.points))


def show_alternatives(found: Alternatives, lang: str) -> Iterator[str | Table]:
    """Yield the readable summary of alternatives for a terminal."""
    if found.status != "found":
        yield _join_clash(found.status, tuple(found.best.figures.get("clash", ())), lang)
        return
    name, year = found.instance.title or found.instance.name, found.instance.year
    words = {"name": name, "year": year, "count": len(found.plans), "within": f"{found.within:.6g}"}
    yield say("alternatives_title", lang, **words)
    yield _tabulate_plans(found, lang)
    if not found.every:
        yield say("alternatives_ranges", lang, label=found.instance.money.label)
        yield _tabulate_ranges(found, lang)
    yield say(ENDINGS[found.every, found.complete], lang, count=len(found.plans), asked=found.asked)


ENDINGS = {
    (True, True): "alternatives_every",
    (True, False): "alternatives_cut",
    (False, True): "alternatives_done",
    (False, False): "alternatives_fewer",
}
"""The last sentence, by whether all best plans were asked for, and whether everything was found and proven."""

PLAN_HEADS = (
    "alternatives_plan",
    "alternatives_goal",
    "study_through_aid",
    "alternatives_loss",
    "alternatives_moved",
    "alternatives_nearest",
    "alternatives_proven",
    "alternatives_favours",
)


def _tabulate_plans(found: Alternatives, lang: str) -> Table:
    shown = new_table()
    for key in PLAN_HEADS:
        shown.add_column(say(key, lang, label=found.instance.money.label))
    for plan in found.plans:
        shown.add_row(
            str(plan.number),
            amount(plan.run.objective),
            show_claim(plan.run.figures["through_aid"], "employment", lang),
            percent(plan.loss, 2),
            amount(plan.moved),
            "–" if plan.nearest is None else amount(plan.nearest),
            _mark(plan.proven),
            plan.favours,
        )
    return shown


def _tabulate_ranges(found: Alternatives, lang: str) -> Table:
    shown = new_table()
    for key in ("county", "alternatives_least", "alternatives_most", "alternatives_shown"):
        shown.add_column(say(key, lang))
    names = Names(found.instance, lang)
    for row in found.range_table.to_dict("records"):
        name = names.name("county", row["county"])
        between = f"{amount(row['shown_least'])} – {amount(row['shown_most'])}" if found.plans else "–"
        shown.add_row(name, amount(row["least"]), amount(row["most"]), between)
    return shown


def _mark(proven: bool) -> str:
    return "✓" if proven else "–"
