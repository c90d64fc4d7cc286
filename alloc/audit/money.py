"""What measures cost, who pays, and how aid stands to national money: formulation (1) to (12)."""

from decimal import Decimal
from itertools import product

from alloc.audit.books import Books, given
from alloc.audit.sheets import Pair
from alloc.audit.verdict import ONE, RELATIVE, ZERO, Comparison, Comparisons, exact, total, within_digits


def covers_cost(books: Books) -> Comparisons:
    """What the funds pay is what the measure costs; in whole lots it covers that, and less than a lot is left."""
    for m, cost in books.cost.items():
        if books.lot is None:
            yield Comparison((m,), books.paid(m, "all"), "=", cost, books.grain)
            continue
        yield Comparison((m,), books.paid(m, "all"), "≥", cost, books.grain)
        # Upkeep of earlier years is paid in lots too, whether or not the measure is bought again.
        rest = books.lot * (ONE - HALF_MILLIONTH) if cost > ZERO else ZERO
        yield Comparison((m, "lot"), books.paid(m, "all"), "≤", cost + rest, ZERO)


def pays_in_lots(books: Books) -> Comparisons:
    """Every payment is a whole number of lots."""
    if books.lot is None:
        return
    for m, paid in books.spend.items():
        for f, amount in paid.items():
            yield Comparison((m, f), amount, "=", books.in_lots(amount), books.grain)


HALF_MILLIONTH = RELATIVE / 2
"""What is left of a lot is told from a whole one by this part of it; models keep further."""


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
    for f, fund in books.instance.funds.items():
        spent = books.spent[f]
        if fund.amount is not None:
            yield Comparison((f,), total(spent.values()), "≤", exact(fund.amount), books.grain)
        for c, amount in (fund.by_county or {}).items():
            yield Comparison((f, c), spent.get(c, ZERO), "≤", exact(amount), books.grain)


def uses_fund(books: Books) -> Comparisons:
    """A fund with a least use is used that far."""
    for f, fund in books.instance.funds.items():
        if fund.min_use:
            yield Comparison((f,), total(books.spent[f].values()), "≥", exact(fund.min_use), books.grain)


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
    used: dict[Pair, Decimal] = {}  # by resource and county, and in all under ""
    added: dict[Pair, Decimal] = {}
    for m, measure in books.instance.measures.items():
        units = books.measures.number("units", m)
        for spots, rates, much in ((used, measure.uses, units), (added, measure.supplies, books.effective[m])):
            for (r, per_unit), c in product(rates.items(), ("", measure.county)):
                spots[r, c] = spots.get((r, c), ZERO) + exact(per_unit) * much
    for r, resource in books.instance.resources.items():
        limits = dict(resource.by_county)
        if resource.amount is not None:
            limits = {"": resource.amount, **limits}
        for c, amount in limits.items():
            place = (r, c) if c else (r,)
            yield Comparison(place, used.get((r, c), ZERO), "≤", exact(amount) + added.get((r, c), ZERO))


def _ceiling(books: Books, m: str) -> Decimal:
    """Return the most national money that a measure may take, by default what its largest cost takes [money]."""
    measure = books.instance.measures[m]
    if measure.national_ceiling is not None:
        return exact(measure.national_ceiling)
    largest = books.largest_cost(m)
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
    for m, measure in books.instance.measures.items():
        if measure.national in ("supplement", "supplement-strict"):
            ceiling = _ceiling(books, m)
            room, near = books.in_lots(ceiling - books.paid(m, "national")), within_digits(books.grain, ceiling)
            if measure.national == "supplement":
                left, amounts = _national_purses(books, m)
                # empty is a purse as near to it as its amounts are known
                room, near = min(room, max(left, default=ZERO)), within_digits(near, ZERO, *amounts)
            yield Comparison((m,), books.paid(m, "aid"), "⊥", room, near)


def _national_purses(books: Books, m: str) -> tuple[list[Decimal], list[Decimal]]:
    """Return what national funds could still pay where a measure is, and the amounts that they have in all [money]."""
    left, amounts = [], []
    for f in books.eligible[m]:
        fund = books.instance.funds[f]
        if fund.kind == "national":
            left.append(_left(books, f, books.instance.measures[m].county))
            amounts += given(fund.amount)
    return left, amounts


def _left(books: Books, f: str, c: str) -> Decimal:
    """Return what a fund could still pay in a county [money]."""
    fund, spent = books.instance.funds[f], books.spent[f]
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
