"""What both sides earn, worked out from output and the question's parts, and who paid what."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from alloc.audit.books import Books, Key, Pair, total
from alloc.audit.verdict import RELATIVE, ZERO, Comparison, Comparisons, exact
from alloc.instance.schema import Fund, Sharing


def wanted_rows(books: Books) -> dict[str, set[Key]]:
    """Return the rows that the tables of gains and of payers must have, where the question shares gains out."""
    if not books.instance.sharing:
        return {}
    payers: set[Key] = {(fund.kind, fund.donor) for fund in books.instance.funds.values()}
    return {"sharing": set(rows_of(books)), "payers": payers}


class Parts(NamedTuple):
    """What of one unit of output above the status quo's the donor side has, and the host."""

    donor: Decimal
    host: Decimal


def rows_of(books: Books) -> Mapping[Pair, Sharing]:
    """Return the row of `sharing` for each industry in a county: its own, else that for all of the county."""
    if "sharing" not in books.memory:
        own = {(row.county, row.industry): row for row in books.instance.sharing if row.industry}
        general = {row.county: row for row in books.instance.sharing if not row.industry}
        found = {pair: own.get(pair, general.get(pair[0])) for pair in books.baseline}
        books.memory["sharing"] = {pair: row for pair, row in found.items() if row is not None}
    rows: Mapping[Pair, Sharing] = books.memory["sharing"]
    return rows


def parts_of(row: Sharing) -> Parts:
    """Return the parts of both sides, profit and tax together."""
    profit, tax = exact(row.profit), exact(row.tax)
    donor = profit * exact(row.donor_profit) + tax * exact(row.donor_tax)
    return Parts(donor, profit + tax - donor)


def more_output(books: Books, pair: Pair) -> Decimal:
    """Return what an industry makes more than in the status quo, by the table of industries [money per year]."""
    return books.industries.number("output", *pair) - books.industries.number("output_quo", *pair)


def earned_by(books: Books, side: str) -> Mapping[Pair, Decimal]:
    """Return what one side earns by each industry in a county [money per year]."""
    return {pair: getattr(parts_of(row), side) * more_output(books, pair) for pair, row in rows_of(books).items()}


def shares_gains(books: Books) -> Comparisons:
    """The table of gains shows the question's parts, output with the plan and anyway, and what each side earns."""
    for pair, row in rows_of(books).items():
        for column in ("output", "output_quo"):
            output = books.industries.number(column, *pair)
            yield Comparison((*pair, column), books.sheets["sharing"].number(column, *pair), "=", output, books.grain)
        for column in ("profit", "tax", "donor_profit", "donor_tax"):
            cell = books.sheets["sharing"].number(column, *pair)
            yield Comparison((*pair, column), cell, "=", exact(getattr(row, column)))
        near = max(books.grain, abs(books.industries.number("output", *pair)) * RELATIVE)
        for side, part in parts_of(row)._asdict().items():
            cell = books.sheets["sharing"].number(side, *pair)
            yield Comparison((*pair, side), cell, "=", part * more_output(books, pair), near)


def adds_payers(books: Books) -> Comparisons:
    """Donors and kinds of funds have and pay what their funds do; donors of aid earn as they pay in a county."""
    if not books.instance.sharing:
        return
    paid = _paid(books)
    earned, near = _earned(books, paid), max(books.grain, _size(books) * RELATIVE)
    there: dict[tuple[str, str], Decimal] = {}
    for fund in books.instance.funds.values():
        there[fund.kind, fund.donor] = there.get((fund.kind, fund.donor), ZERO) + _purse(fund)
    for key, money in there.items():
        shown = {column: books.sheets["payers"].number(column, *key) for column in ("available", "paid", "earned")}
        spent = total(amount for (*who, _), amount in paid.items() if tuple(who) == key)
        yield Comparison((*key, "available"), shown["available"], "=", money, books.grain)
        yield Comparison((*key, "paid"), shown["paid"], "=", spent, books.grain)
        yield Comparison((*key, "earned"), shown["earned"], "=", earned.get(key, Fraction(0)), near)
        each = books.sheets["payers"].number("earned_per_money", *key) * shown["paid"]
        yield Comparison((*key, "earned_per_money"), each, "=", shown["earned"], near)


def _size(books: Books) -> Decimal:
    """Return how large what the donor side earns is, gains and losses both counted [money per year]."""
    return total(abs(x) for x in earned_by(books, "donor").values())


def _purse(fund: Fund) -> Decimal:
    """Return the money of a fund: its amount or what its counties have, the less of both [money]."""
    tied = None if fund.by_county is None else total(map(exact, fund.by_county.values()))
    return min(x for x in (tied, None if fund.amount is None else exact(fund.amount)) if x is not None)


def _paid(books: Books) -> dict[tuple[str, str, str], Decimal]:
    """Return what is paid by kind, donor and county [money]."""
    found: dict[tuple[str, str, str], Decimal] = {}
    for m, payments in books.spend.items():
        for f, amount in payments.items():
            fund = books.instance.funds[f]
            key = fund.kind, fund.donor, books.instance.measures[m].county
            found[key] = found.get(key, ZERO) + amount
    return found


def _earned(books: Books, paid: Mapping[tuple[str, str, str], Decimal]) -> dict[tuple[str, str], Fraction]:
    """Return what each donor of aid earns: in each county so much of what the donor side does as it pays of the aid."""
    local: dict[str, Decimal] = {}
    for (c, _), amount in earned_by(books, "donor").items():
        local[c] = local.get(c, ZERO) + amount
    found: dict[tuple[str, str], Fraction] = {}
    for (kind, donor, c), amount in paid.items():
        aid = total(x for (k, _, county), x in paid.items() if k == "aid" and county == c)
        if kind == "aid" and aid > 0:
            part = Fraction(local.get(c, ZERO)) * Fraction(amount) / Fraction(aid)
            found[kind, donor] = found.get((kind, donor), Fraction(0)) + part
    return found
