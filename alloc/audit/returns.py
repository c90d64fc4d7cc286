"""What both sides earn, worked out from output and the question's parts, and who paid what."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from alloc.audit.books import Books, purse_of
from alloc.audit.sheets import Key, Pair
from alloc.audit.verdict import RELATIVE, ZERO, Comparison, Comparisons, exact, total
from alloc.instance.schema import Sharing


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
        given = {(row.county, row.industry): row for row in books.instance.sharing}
        found = books.memory["sharing"] = {}
        for c, s in books.baseline:
            row = given.get((c, s), given.get((c, "")))
            if row is not None:
                found[c, s] = row
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
    there: dict[Pair, Decimal] = {}
    for fund in books.instance.funds.values():
        who = fund.kind, fund.donor
        there[who] = there.get(who, ZERO) + purse_of(fund)
    sheet = books.sheets["payers"]
    for key, money in there.items():
        gave, got = sheet.number("paid", *key), sheet.number("earned", *key)
        spent = total(paid.get(key, {}).values())
        yield Comparison((*key, "available"), sheet.number("available", *key), "=", money, books.grain)
        yield Comparison((*key, "paid"), gave, "=", spent, books.grain)
        yield Comparison((*key, "earned"), got, "=", earned.get(key, Fraction(0)), near)
        each = sheet.number("earned_per_money", *key) * gave
        yield Comparison((*key, "earned_per_money"), each, "=", got, near)


def _size(books: Books) -> Decimal:
    """Return how large what the donor side earns is, gains and losses both counted [money per year]."""
    return total(map(abs, earned_by(books, "donor").values()))


def _paid(books: Books) -> dict[Pair, dict[str, Decimal]]:
    """Return what is paid in each county by kind and donor: (kind, donor) → county → amount [money]."""
    found: dict[Pair, dict[str, Decimal]] = {}
    for f, spent in books.spent.items():
        fund = books.instance.funds[f]
        counties = found.setdefault((fund.kind, fund.donor), {})
        for c, amount in spent.items():
            counties[c] = counties.get(c, ZERO) + amount
    return found


def _earned(books: Books, paid: Mapping[Pair, Mapping[str, Decimal]]) -> dict[Pair, Fraction]:
    """Return what each donor of aid earns: in each county so much of what the donor side does as it pays of the aid."""
    local: dict[str, Decimal] = {}
    for (c, _), amount in earned_by(books, "donor").items():
        local[c] = local.get(c, ZERO) + amount
    found: dict[Pair, Fraction] = {}
    for (kind, donor), counties in paid.items():
        for c, amount in counties.items():
            aid = books.paid_for(books.measures_in[c], "aid")
            if kind == "aid" and aid > 0:
                part = Fraction(local.get(c, ZERO)) * Fraction(amount) / Fraction(aid)
                found[kind, donor] = found.get((kind, donor), Fraction(0)) + part
    return found
