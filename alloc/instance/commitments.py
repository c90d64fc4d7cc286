"""What is promised and cannot be paid: commitments whose least costs exceed what may pay for them.

Only what is certain is said. The least costs and the purses are a transport problem: money flows from a fund, through
what it may spend in a county and the share of a measure's cost that it and its kind may pay, to the measure. Where less
can flow than the measures cost at least, no plan keeps the commitments, and the least cut around those that lack money
says who pays how much. Least costs are enough to look at: a plan at a larger scale pays the same shares of more, so
scaled down to the least costs its payments keep every limit here.
"""

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from alloc.instance.document import Found, Ids
from alloc.instance.lookups import commitments
from alloc.instance.money import eligible_funds, least_shares
from alloc.instance.schema import KINDS, Document

Node = tuple[str, ...]
Arcs = dict[Node, dict[Node, Fraction]]

SOURCE: Node = ("source",)
SINK: Node = ("sink",)
BOTTOMLESS = Fraction(10) ** 40
SLACK = Fraction(1, 10**9)
"""A lack below this part of the costs is rounding of decimals, no lack."""

MOST_NAMED = 12
"""Measures that one fault names."""


def commitments_are_paid(document: Document, ids: Ids) -> Iterator[Found]:
    """The funds that may pay for commitments can pay at least what these cost together, within their shares.

    Said where a fund is too small; where only shares keep money out, the measure is warned of (`never_shared`).
    """
    costs: dict[str, Fraction] = {}
    for m in _promised(document):
        total = math.fsum(least_shares(document, m).values())
        cost = _least_cost(document, m)
        if total > 1 + SLACK and document.measures[m].committed and document.measures[m].largest_cost > 0:
            yield ("measures", m, "min_share"), "committed_shares", {"total": f"{total:.10g}"}
        elif cost > 0:
            costs[m] = cost
    arcs = _arcs(document, costs)
    needs: dict[Node, Fraction] = {}
    for node, ends in arcs.items():
        for need in ends.values() if node[0] == "need" else ():
            needs[node] = need
    for group in _starved(arcs, needs):
        yield from _unpaid(document, arcs, needs, group, [*costs])


def _unpaid(
    document: Document, arcs: Arcs, needs: Mapping[Node, Fraction], group: set[Node], measures: Sequence[str]
) -> Iterator[Found]:
    """Yield the fault of a closed group whose needs are not met, where a fund is what is too small."""
    asked = paid = Fraction(0)
    wanting, parts = set(), set()
    for node in group & needs.keys():
        _, m, part = node
        asked += needs[node]
        wanting.add(m)
        parts.add(part)
    payers, is_small = [], False
    for name, most, is_fund in _payers(arcs, group):
        paid += most
        payers.append(f"{name} {_plain(most)}")
        is_small = is_small or is_fund
    if asked - paid <= SLACK * asked or not is_small:
        return
    named = [m for m in measures if m in wanting]
    values = {
        "measures": ", ".join(named if len(named) <= MOST_NAMED else [*named[:MOST_NAMED], "…"]),
        "cost": _plain(asked),
        "payers": ", ".join(payers),
        "paid": _plain(paid),
        "lacking": _plain(asked - paid),
        "unit": document.money.label,
    }
    sentence = "commitments_unpaid" if "" in parts else "committed_parts_unpaid"  # only the parts of some kinds
    yield ("measures", _first(document, named), "committed"), sentence, values


def _plain(amount: Fraction) -> str:
    return f"{float(amount):.10g}"


def _first(document: Document, named: Sequence[str]) -> str:
    """Return the first committed measure; the last of all where they are only required."""
    return next((m for m in named if document.measures[m].committed), named[-1])


def _promised(document: Document) -> list[str]:
    """Return the measures that must go ahead: those committed, and whatever they require."""
    found = list(commitments(document))
    for m in found:
        for other in document.measures[m].requires:
            if other in document.measures and other not in found:
                found.append(other)
    return [m for m in found if document.measures[m].eligible]


def _least_cost(document: Document, m: str) -> Fraction:
    """Return what a measure costs at least if it goes ahead, and no less than the nation has decided to pay [money]."""
    row = document.measures[m]
    units = math.ceil(row.min_units - 1e-9) if row.integer else row.min_units
    cost = Fraction(row.fixed_cost) + Fraction(row.unit_cost) * Fraction(units)
    return max(cost, Fraction(row.national_planned or 0))


def _arcs(document: Document, costs: Mapping[str, Fraction]) -> Arcs:
    """Return the transport problem: node → next node → most money between them."""
    arcs: Arcs = {SOURCE: {}, SINK: {}}
    for m, cost in costs.items():
        _join_needs(arcs, document, m, cost)
        for f in eligible_funds(document, m):
            _join_fund(arcs, document, m, f, cost)
    return arcs


def _join(arcs: Arcs, one: Node, other: Node, most: Fraction) -> None:
    arcs.setdefault(other, {})
    arcs.setdefault(one, {})[other] = most


def _join_needs(arcs: Arcs, document: Document, m: str, cost: Fraction) -> None:
    """Join what each kind must pay of a measure, and the rest that any may pay, to the sink."""
    row = document.measures[m]
    least = {kind: Fraction(share) * cost for kind, share in least_shares(document, m).items()}
    if row.national_planned and (row.unit_cost == 0 or not (row.min_share or row.max_share)):
        decided = Fraction(row.national_planned)  # with shares and a scale it may fit a larger one only
        least["national"] = max(decided, least.get("national", decided))
    _join(arcs, ("need", m, ""), SINK, max(cost - sum(least.values()), Fraction(0)))
    for kind, need in least.items():
        _join(arcs, ("need", m, kind), SINK, need)


def _join_fund(arcs: Arcs, document: Document, m: str, f: str, cost: Fraction) -> None:
    """Join a fund, through what it may spend in the county and its shares of the cost, to the needs of a measure."""
    fund, row = document.funds[f], document.measures[m]
    largest: Mapping[str, float] = {**row.max_share}
    within, own = ("fund", f, row.county), ("own", m, f)
    pays, opened = ("pays", m, fund.kind), ("open", m, fund.kind)
    _join(arcs, SOURCE, ("fund", f), BOTTOMLESS if fund.amount is None else Fraction(fund.amount))
    tied = BOTTOMLESS if fund.by_county is None else Fraction(fund.by_county[row.county])
    _join(arcs, ("fund", f), within, tied)
    _join(arcs, within, own, BOTTOMLESS)
    _join(arcs, own, pays, Fraction(1.0 if f in KINDS else largest.get(f, 1.0)) * cost)
    most = [Fraction(largest.get(fund.kind, 1.0)) * cost]
    for limit in (row.national_ceiling, row.national_planned) if fund.kind == "national" else ():
        if limit is not None:
            most.append(Fraction(limit))
    _join(arcs, pays, opened, min(most))
    for need in (("need", m, ""), ("need", m, fund.kind)):
        if need in arcs:
            _join(arcs, opened, need, BOTTOMLESS)


def _starved(arcs: Arcs, needs: Mapping[Node, Fraction]) -> list[set[Node]]:
    """Let as much flow as can, need by need, and return the closed groups of nodes whose needs are not met.

    Once no way leads from the source to a need, no later flow can enter what lies behind it: its group stays closed.
    """
    left = _residual(arcs)
    groups: list[set[Node]] = []
    for need in needs:
        while left[need][SINK] > 0:
            after = _ways(left, need)
            if SOURCE not in after:
                joined, apart = set(after), []
                for group in groups:
                    if group.isdisjoint(after):
                        apart.append(group)
                    else:
                        joined |= group
                groups = [*apart, joined]
                break
            _send(left, after)
    return groups


def _residual(arcs: Arcs) -> Arcs:
    """Return how much more can flow along every arc, and back: at first all of it, and nothing back."""
    left: Arcs = {node: {} for node in arcs}
    for one, ends in arcs.items():
        for other, most in ends.items():
            left[one][other] = most
            left[other].setdefault(one, Fraction(0))
    return left


def _send(left: Arcs, after: Mapping[Node, Node]) -> None:
    """Send as much as can flow from the source along the way that `after` tells."""
    way = [SOURCE]
    while way[-1] != SINK:
        way.append(after[way[-1]])
    most = min(left[one][other] for one, other in pairwise(way))
    for one, other in pairwise(way):
        left[one][other] -= most
        left[other][one] += most


def _ways(left: Arcs, need: Node) -> dict[Node, Node]:
    """Return node → the next on the shortest way to a need, for all from which more can flow there."""
    after: dict[Node, Node] = {need: SINK}
    ahead = deque([need])
    while ahead and SOURCE not in after:
        end = ahead.popleft()
        for one in left[end]:
            if one not in after and one != SINK and left[one][end] > 0:
                after[one] = end
                ahead.append(one)
    return after


def _payers(arcs: Arcs, group: set[Node]) -> Iterator[tuple[str, Fraction, bool]]:
    """Yield who brings money into a closed group, how much at most, and whether a fund or a share sets that limit."""
    for one, ends in arcs.items():
        for other, most in ends.items():
            if other in group and one not in group:
                is_fund = other[0] == "fund"
                who = other[1] if is_fund else one[-1]
                if one != SOURCE:
                    who += f" ({other[2] if is_fund else other[1]})"
                yield who, most, is_fund
