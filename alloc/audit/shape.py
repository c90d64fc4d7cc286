"""Are the tables whole: every row once, every cell filled, every word the instance's own?"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from itertools import product

from alloc.audit import returns
from alloc.audit.books import Books
from alloc.audit.sheets import SHAPES, Key
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
    allocation: set[Key] = set()
    for m, eligible in books.eligible.items():
        allocation.update(product([m], eligible))
    funds: set[Key] = set()
    for f, fund in instance.funds.items():
        funds.update(product([f], [""] if fund.by_county is None else fund.by_county))
    wanted: dict[str, set[Key]] = {
        "allocation": allocation,
        "measures": _one_word(instance.measures),
        "industries": set(books.baseline),
        "flows": set(),
        "counties": _one_word(instance.counties),
        "funds": funds,
        "scenarios": _one_word(books.worlds),
        "bridge": {("synergies", ""), ("total", ""), *product(["county"], instance.counties)},
        "chains": {(c, h) for c, h in product(instance.counties, instance.chains) if books.can_close(c, h)},
    }
    wanted |= returns.wanted_rows(books)
    if books.uncertain:
        wanted["outcomes"] = {(w, *pair) for w, pair in product(books.worlds, books.baseline)}
    return wanted


def _one_word(names: Iterable[str]) -> set[Key]:
    """Return the rows of a table that one word names each."""
    return {(name,) for name in names}


def _may_stand(books: Books, name: str) -> Collection[Key]:
    """Return the rows that may stand in a table that need not have them."""
    if name == "chains":
        return set(product(books.instance.counties, books.chain_stages))
    return books.trades if name == "flows" else ()


def repeats_words(books: Books) -> Comparisons:
    """Words that a table repeats from the instance are the instance's."""
    measures, funds = books.instance.measures, books.instance.funds
    mine: dict[Key, tuple[str, ...]] = {}
    for m, row in measures.items():
        mine[m,] = (row.county, row.category, row.industry)
    paid: dict[Key, tuple[str, ...]] = {}
    for m, f in books.allocation.keys:
        if m in measures and f in funds:
            paid[m, f] = (*mine[m,], funds[f].kind)
    yield from _alike(books, "measures", mine)
    yield from _alike(books, "allocation", paid)
    yield from _alike(books, "funds", {(f, c): (funds[f].kind,) for f, c in books.funds.keys if f in funds})
    yield from _alike(books, "flows", {key: (way.seller[1], way.buyer[1]) for key, way in books.trades.items()})


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
