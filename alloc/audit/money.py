"""What measures cost, who pays, and how aid stands to national money: formulation (1) to (12)."""

from decimal import Decimal

from alloc.audit.books import Books, total
from alloc.audit.verdict import ONE, RELATIVE, ZERO, Comparison, Comparisons, exact, within_digits


def covers_cost(books: Books) -> Comparisons:
    """What the funds pay is what the measure costs; in whole lots it covers that, and less than a lot is left."""
    for m, cost in books.cost.items():
        if books.lot is None:
            yield Comparison((m,), books.paid(m, "all"), "=", cost, books.grain)
            continue
        yield Comparison((m,), books.paid(m, "all"), "≥", cost, books.grain)
        rest = books.lot * (ONE - HALF_MILLIONTH) * books.measures.number("funded", m)
        yield Comparison((m, "lot"), books.paid(m, "all"), "≤", cost + rest, ZERO)


def pays_in_lots(books: Books) -> Comparisons:
    """Every payment is a whole number of lots."""
    if books.lot is None:
        return
    for m, paid in books.spend.items():
        for f, amount in paid.items():
            yield Comparison((m, f), amount, "=", books.in_lots(amount), books.grain)


HALF_MILLIONTH = RELATIVE / 2
"""What is left of a lot is told from a whole one by this part of it; models keep twice as far."""


def within_scale(books: Books) -> Comparisons:
    """A funded measure is between its least and its most units, any other at none; whole where it must be."""
    for m, measure in books.instance.measures.items():
        funded, units = books.measures.number("funded", m), books.measures.number("units", m)
        yield Comparison((m, "min_units"), units, "≥", exact(measure.min_units) * funded)
        yield Comparison((m, "max_units"), units, "≤", exact(measure.max_units) * funded)
        if measure.max_total is not None:
            yield Comparison((m, "max_total"), units, "≤", exact(measure.max_total))
        if measure.integer:
            yield Comparison((m, "integer"), units, "=", units.to_integral_value())


def keeps_commitments(books: Books) -> Comparisons:
    """A committed measure goes ahead; one that is not eligible does not."""
    for m, measure in books.instance.measures.items():
        if measure.committed:
            yield Comparison((m, "committed"), books.measures.number("funded", m), "=", ONE)
        if not measure.eligible:
            yield Comparison((m, "eligible"), books.measures.number("funded", m), "=", ZERO)


def pays_forward(books: Books) -> Comparisons:
    """No fund takes money back from a measure."""
    for m, paid in books.spend.items():
        for f, amount in paid.items():
            yield Comparison((m, f), amount, "≥", ZERO, books.grain)


def within_fund(books: Books) -> Comparisons:
    """A fund pays no more than it holds, in all and in each county."""
    spent = _spent(books)
    for f, fund in books.instance.funds.items():
        if fund.amount is not None:
            everywhere = total(spent[f].values())
            yield Comparison((f,), everywhere, "≤", exact(fund.amount), books.grain)
        for c, amount in (fund.by_county or {}).items():
            yield Comparison((f, c), spent[f].get(c, ZERO), "≤", exact(amount), books.grain)


def uses_fund(books: Books) -> Comparisons:
    """A fund with a least use is used that far."""
    spent = _spent(books)
    for f, fund in books.instance.funds.items():
        if fund.min_use:
            yield Comparison((f,), total(spent[f].values()), "≥", exact(fund.min_use), books.grain)


def _spent(books: Books) -> dict[str, dict[str, Decimal]]:
    """Return what every fund spends in every county it spends in: fund → county → money."""
    spent: dict[str, dict[str, Decimal]] = {f: {} for f in books.instance.funds}
    for m, paid in books.spend.items():
        c = books.instance.measures[m].county
        for f, amount in paid.items():
            spent[f][c] = spent[f].get(c, ZERO) + amount
    return spent


def requires_others(books: Books) -> Comparisons:
    """A measure goes ahead only beside those that it requires."""
    for m, measure in books.instance.measures.items():
        for other in measure.requires:
            go, base = books.measures.number("funded", m), books.measures.number("funded", other)
            yield Comparison((m, other), go, "≤", base)


def excludes_others(books: Books) -> Comparisons:
    """A measure does not go ahead beside one that it excludes."""
    for m, measure in books.instance.measures.items():
        for other in measure.excludes:
            both = books.measures.number("funded", m) + books.measures.number("funded", other)
            yield Comparison((m, other), both, "≤", ONE)


def limited_by_others(books: Books) -> Comparisons:
    """A measure has no more units than another one carries."""
    for m, measure in books.instance.measures.items():
        for other, ratio in measure.limited_by.items():
            most = exact(ratio) * books.measures.number("units", other)
            yield Comparison((m, other), books.measures.number("units", m), "≤", most)


def within_resource(books: Books) -> Comparisons:
    """Measures use no more of a scarce thing than there is and they add, in all and in each county."""
    used: dict[tuple[str, str], Decimal] = {}
    added: dict[tuple[str, str], Decimal] = {}
    for m, measure in books.instance.measures.items():
        for r, per_unit in measure.uses.items():
            spot = (r, measure.county)
            used[spot] = used.get(spot, ZERO) + exact(per_unit) * books.measures.number("units", m)
        for r, per_unit in measure.supplies.items():
            spot = (r, measure.county)
            added[spot] = added.get(spot, ZERO) + exact(per_unit) * books.effective[m]
    for r, resource in books.instance.resources.items():
        if resource.amount is not None:
            taken, more = (total(x for (name, _), x in spots.items() if name == r) for spots in (used, added))
            yield Comparison((r,), taken, "≤", exact(resource.amount) + more)
        for c, amount in resource.by_county.items():
            yield Comparison((r, c), used.get((r, c), ZERO), "≤", exact(amount) + added.get((r, c), ZERO))


def _ceiling(books: Books, m: str) -> Decimal:
    """Return the most national money that a measure may take, by default what its largest cost takes [money]."""
    measure = books.instance.measures[m]
    if measure.national_ceiling is not None:
        return exact(measure.national_ceiling)
    largest = exact(measure.fixed_cost) + exact(measure.unit_cost) * exact(measure.max_units)
    if books.lot is None or not largest % books.lot:
        return largest
    return (largest // books.lot + 1) * books.lot


def within_ceiling(books: Books) -> Comparisons:
    """National money stays under its ceiling."""
    for m in books.instance.measures:
        yield Comparison((m,), books.paid(m, "national"), "≤", _ceiling(books, m), books.grain)


def keeps_planned(books: Books) -> Comparisons:
    """National money that is already decided comes as decided, if the measure goes ahead."""
    for m, measure in books.instance.measures.items():
        if measure.national_planned is not None:
            planned = exact(measure.national_planned) * books.measures.number("funded", m)
            yield Comparison((m,), books.paid(m, "national"), "=", planned, books.grain)


def takes_no_national(books: Books) -> Comparisons:
    """A measure that is closed to national money takes none."""
    for m, measure in books.instance.measures.items():
        if measure.national == "none":
            yield Comparison((m,), books.paid(m, "national"), "=", ZERO, books.grain)


def supplements_national(books: Books) -> Comparisons:
    """Aid enters a supplemented measure only once national money can pay no more there.

    That is at its ceiling, or, unless the supplement is strict, where all national funds for it are exhausted.
    """
    spent = _spent(books)
    for m, measure in books.instance.measures.items():
        if measure.national in ("supplement", "supplement-strict"):
            ceiling = _ceiling(books, m)
            room, near = books.in_lots(ceiling - books.paid(m, "national")), within_digits(books.grain, ceiling)
            if measure.national == "supplement":
                left = [_left(books, spent[f], f, measure.county) for f in books.eligible[m] if _is_national(books, f)]
                room, near = min(room, max(left, default=ZERO)), _widest(books, m, near)
            yield Comparison((m,), books.paid(m, "aid"), "⊥", room, near)


def _widest(books: Books, m: str, near: Decimal) -> Decimal:
    """Return how near to empty a purse is empty: as near as its amounts are known [money]."""
    funds = [books.instance.funds[f] for f in books.eligible[m] if _is_national(books, f)]
    amounts = [exact(fund.amount) for fund in funds if fund.amount is not None]
    return within_digits(near, ZERO, *amounts)


def _is_national(books: Books, f: str) -> bool:
    return books.instance.funds[f].kind == "national"


def _left(books: Books, spent: dict[str, Decimal], f: str, c: str) -> Decimal:
    """Return what a fund could still pay in a county, given what it spends in each [money]."""
    fund = books.instance.funds[f]
    left = [] if fund.amount is None else [exact(fund.amount) - total(spent.values())]
    left += [] if fund.by_county is None else [exact(fund.by_county[c]) - spent.get(c, ZERO)]
    return books.in_lots(min(left))


def excludes_national(books: Books) -> Comparisons:
    """Aid and national money never meet in an exclusive measure."""
    for m, measure in books.instance.measures.items():
        if measure.national == "exclusive":
            yield Comparison((m,), books.paid(m, "aid"), "⊥", books.paid(m, "national"), books.grain)


def shares_cost(books: Books) -> Comparisons:
    """Each kind of fund, or fund, pays between its least and its largest share of what is spent."""
    for m, measure in books.instance.measures.items():
        for kind, share in measure.min_share.items():
            least = exact(share) * books.billed[m]
            yield Comparison((m, kind, "min_share"), books.paid(m, kind), "≥", least, books.grain)
        for kind, share in measure.max_share.items():
            most = exact(share) * books.billed[m]
            yield Comparison((m, kind, "max_share"), books.paid(m, kind), "≤", most, books.grain)
