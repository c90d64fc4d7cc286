"""Of each fund with money left: what the plan itself shows, never a cause."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from alloc.instance.money import of_kind
from alloc.report.rows import NEAR, near
from alloc.report.shown import AND, Fact, Places, ShownPlan, find_holding
from alloc.texts import say


@dataclass(frozen=True)
class _LeftOver:
    """A fund with money left, in all or for one county, and the measures that it may pay for.

    going: those that go ahead; growing: those of them that could be larger.
    """

    fund: str
    county: str
    kind: str
    payable: Sequence[str]
    going: Sequence[str]
    growing: Sequence[str]


def _left_over(plan: ShownPlan, f: str, c: str) -> _LeftOver:
    payable = plan.payable[f, c]
    going = [m for m in payable if plan.funded[m]]
    growing = [m for m in going if not plan.is_full(m)]
    return _LeftOver(f, c, plan.instance.funds[f].kind, payable, going, growing)


# Facts of a fund that has money left.


def _total_spent(plan: ShownPlan, left: _LeftOver) -> Places:
    return {} if left.county and plan.spent(left.fund, left.county) else None


def _full(plan: ShownPlan, left: _LeftOver) -> Places:
    return {} if all(map(plan.is_full, left.payable)) else None


def _capped(plan: ShownPlan, left: _LeftOver) -> Places:
    keys = sorted(set(plan.caps(left.payable, [left.fund])))
    return {"rules": plan.rules(keys)} if keys else None


def _at_ceiling(plan: ShownPlan, left: _LeftOver) -> Places:
    reached = left.kind == "national" and left.growing and all(map(plan.at_ceiling, left.going))
    return {} if reached else None


def _awaiting(plan: ShownPlan, left: _LeftOver) -> Places:
    """Aid may not enter yet: national money is neither at its ceiling nor spent."""
    return _measures(plan, (m for m in _below(plan, left, "supplement") if not plan.exhausted(m)))


def _awaiting_strictly(plan: ShownPlan, left: _LeftOver) -> Places:
    """Aid may not enter before national money is at its ceiling, which it is not."""
    return _measures(plan, _below(plan, left, "supplement-strict"))


def _below(plan: ShownPlan, left: _LeftOver, mode: str) -> Iterator[str]:
    """Yield the measures of one mode of national money whose ceiling is not reached, where the fund is aid."""
    for m in left.going if left.kind == "aid" else ():
        if plan.instance.measures[m].national == mode and not plan.at_ceiling(m):
            yield m


def _exclusive(plan: ShownPlan, left: _LeftOver) -> Places:
    """Aid and national money exclude each other, and the other one pays."""
    if left.kind not in ("aid", "national"):
        return None
    other, paid = ("national", plan.national) if left.kind == "aid" else ("aid", plan.aid)
    exclusive = [m for m in left.going if plan.instance.measures[m].national == "exclusive"]
    found = _measures(plan, (m for m in exclusive if paid[m] > NEAR))
    return found and {**found, "kind": say(f"page_kind_{other}", plan.lang)}


def _share_full(plan: ShownPlan, left: _LeftOver) -> Places:
    return _measures(plan, (m for m in left.growing if _at_largest_share(plan, m, left.fund)))


def _no_people(plan: ShownPlan, left: _LeftOver) -> Places:
    counties = {plan.instance.measures[m].county for m in left.payable}
    return {} if all(map(plan.crowded, counties)) else None


def _measures(plan: ShownPlan, found: Iterable[str]) -> Places:
    """Return the names of measures, nothing where there are none."""
    measures = list(found)
    return {"measures": plan.several(measures)} if measures else None


def _at_largest_share(plan: ShownPlan, m: str, f: str) -> bool:
    """Tell whether a fund, or all of its kind, pays the largest share of a measure that it may."""
    shares, kind = plan.instance.measures[m].max_share, plan.instance.funds[f].kind
    alike = sum(plan.paid[m, x] for x in of_kind(plan.instance, plan.payers[m], kind))
    paid = {f: plan.paid[m, f], kind: alike}
    return any(share < 1 and near(paid[key], share * plan.cost[m]) for key, share in shares.items() if key in paid)


LEFT: tuple[Fact[_LeftOver], ...] = (
    ("unspent_total", _total_spent),
    ("unspent_full", _full),
    ("unspent_rules", _capped),
    ("unspent_ceiling", _at_ceiling),
    ("unspent_supplement", _awaiting),
    ("unspent_strict", _awaiting_strictly),
    ("unspent_exclusive", _exclusive),
    ("unspent_share", _share_full),
    ("unspent_people", _no_people),
)
"""What the plan shows where a fund has money left: all that hold are said."""


def say_unspent(plan: ShownPlan, f: str, c: str, unspent: float, money: float) -> str:
    """Return what the plan shows of a fund that has money left, in all or for one county; nothing where none is."""
    if unspent <= NEAR * max(1.0, money):
        return ""
    left = _left_over(plan, f, c)
    if not left.payable:
        return say("unspent_no_measure", plan.lang)
    rest = "unspent_best" if plan.proven else "unspent_unsettled"
    return AND[plan.lang].join(find_holding(plan, left, LEFT)) or say(rest, plan.lang)
