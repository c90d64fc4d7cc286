"""Are the tables whole: every row once, every cell filled, every word the instance's own?"""

from collections.abc import Collection, Mapping
from decimal import Decimal

from alloc.audit import returns
from alloc.audit.books import SHAPES, Books, Key
from alloc.audit.verdict import ONE, ZERO, Comparison, Comparisons

HALF = Decimal("0.5")


def fills_cells(books: Books) -> Comparisons:
    """Every number cell holds a finite number, unless the column may be empty."""
    for name, shape in SHAPES.items():
        if name == "outcomes" and not books.uncertain:
            continue
        if name in ("sharing", "payers") and not books.instance.sharing:
            continue
        sheet = books.sheets[name]
        for column in (*shape.numbers, *shape.flags):
            filled = sheet.numbers[column]
            whole = len(filled) == len(sheet.keys)
            first = () if whole else next(key for key in sheet.keys if key not in filled)
            yield Comparison((name, *first, column), Decimal(len(filled)), "=", Decimal(len(sheet.keys)), ZERO)


def lists_rows(books: Books) -> Comparisons:
    """Every table has a row for each thing that it is about, once, and no other rows."""
    for name, wanted in _wanted(books).items():
        found = books.sheets[name].keys
        may = _may_stand(books, name)
        yield Comparison((name,), Decimal(len(wanted & found.keys())), "=", Decimal(len(wanted)), ZERO)
        for key in wanted - found.keys():
            yield Comparison((name, *key), ZERO, "=", ONE)
        for key, times in found.items():
            most = 1 if key in wanted or key in may else 0
            if times > most:
                yield Comparison((name, *key), Decimal(times), "≤", Decimal(most))


def _wanted(books: Books) -> Mapping[str, set[Key]]:
    """Return the rows that tables must have; flows may leave any out, chains those that can never close.

    The rows of `rules` are asked for where the rules are read.
    """
    instance = books.instance
    funds: set[Key] = set()
    for f, fund in instance.funds.items():
        funds |= {(f, "")} if fund.by_county is None else {(f, c) for c in fund.by_county}
    wanted: dict[str, set[Key]] = {
        "allocation": {(m, f) for m, eligible in books.eligible.items() for f in eligible},
        "measures": {(m,) for m in instance.measures},
        "industries": set(books.baseline),
        "flows": set(),
        "counties": {(c,) for c in instance.counties},
        "funds": funds,
        "scenarios": {(world.name,) for world in books.worlds},
        "bridge": {("synergies", ""), ("total", ""), *(("county", c) for c in instance.counties)},
        "chains": {(c, h) for c in instance.counties for h in instance.chains if books.can_close(c, h)},
    }
    wanted |= returns.wanted_rows(books)
    if books.uncertain:
        wanted["outcomes"] = {(world.name, *pair) for world in books.worlds for pair in books.baseline}
    return wanted


def _may_stand(books: Books, name: str) -> Collection[Key]:
    """Return the rows that may stand in a table that need not have them."""
    if name == "chains":
        return {(c, h) for c in books.instance.counties for h in books.chain_stages}
    return books.trades if name == "flows" else ()


def repeats_words(books: Books) -> Comparisons:
    """Words that a table repeats from the instance are the instance's."""
    measures = {m: (row.county, row.category, row.industry) for m, row in books.instance.measures.items()}
    kinds = {f: fund.kind for f, fund in books.instance.funds.items()}
    ends = {key: (trade.seller[1], trade.buyer[1]) for key, trade in books.trades.items()}
    yield from _alike(books, "measures", {(m,): words for m, words in measures.items()})
    paid: dict[Key, tuple[str, ...]] = {
        (m, f): (*measures[m], kinds[f]) for m, f in books.allocation.keys if m in measures and f in kinds
    }
    yield from _alike(books, "allocation", paid)
    yield from _alike(books, "funds", {key: (kinds[key[0]],) for key in books.funds.keys if key[0] in kinds})
    yield from _alike(books, "flows", ends)


def _alike(books: Books, name: str, mine: Mapping[Key, tuple[str, ...]]) -> Comparisons:
    """Compare the words of each row with those of the instance, in the order of the table's shape.

    Rows that agree are one comparison together, so that a large table costs little.
    """
    columns = [books.sheets[name].words[column] for column in SHAPES[name].words]
    found = dict(zip(columns[0], zip(*(column.values() for column in columns), strict=True), strict=True))
    unlike = [key for key in mine if key in found and found[key] != mine[key]]
    yield Comparison((name,), Decimal(len(unlike)), "=", ZERO)
    for key in unlike:
        yield Comparison((name, *key), " ".join(found[key]), "=", " ".join(mine[key]))


def raises_flags(books: Books) -> Comparisons:
    """A flag is 0 or 1."""
    for name, shape in SHAPES.items():
        for column in (*shape.flags, *({"binding"} & {*shape.optional})):
            for key, flag in books.sheets[name].numbers[column].items():
                yield Comparison((name, *key, column), flag, "=", ONE if flag > HALF else ZERO)
