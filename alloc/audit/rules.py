"""The planner's rules: what each of them compares, and whether the plan keeps to it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from alloc.audit import returns
from alloc.audit.books import Books, counts, purse_of
from alloc.audit.verdict import BILLIONTH, DIGITS, ONE, RELATIVE, ZERO, Comparison, Comparisons, Number, exact, total
from alloc.instance.rules import AnyRule, Benefit, Change, Complement, Count, Gini, Parity, Rule, Share, Total
from alloc.instance.schema import CATEGORIES, Flow, Selection

ATTRIBUTES = ("county", "category", "industry", "region", "chain", "measure")


class Group(NamedTuple):
    """One repetition of a rule: what `within` and `each` narrow it to, and the measures of both sides."""

    outer: str
    inner: str
    counted: list[str]
    base: list[str]

    @property
    def name(self) -> str:
        """The group as the table names it."""
        return " · ".join(word for word in (self.outer, self.inner) if word)


class Sides(NamedTuple):
    """A rule worked out: low ≤ value ≤ high, and how closely (None: a millionth).

    point: how much of the value is one unit of violation.
    """

    value: Number
    low: Number | None
    high: Number | None
    grain: Number | None
    point: Number = ONE


def meant(selection: Selection, words: Mapping[str, str], tags: Iterable[str]) -> bool:
    """Tell whether every key that a selection gives is matched; a list means any of."""
    for key in ATTRIBUTES:
        wanted = getattr(selection, key)
        if wanted and words[key] not in wanted:
            return False
    return not selection.tag or not set(selection.tag).isdisjoint(tags)


def _selected(books: Books, selection: Selection) -> list[str]:
    measures = books.instance.measures
    return [m for m, row in measures.items() if meant(selection, books.traits[m], row.tags)]


def _bundles(books: Books, ms: list[str], *keys: str | None) -> dict[tuple[str, ...], list[str]]:
    """Return measures by the words that they have for some attributes; those without a word are left out."""
    found: dict[tuple[str, ...], list[str]] = {}
    for m in ms:
        words = _narrow(books.traits[m], *keys)
        if words is not None:
            found.setdefault(words, []).append(m)
    return found


def _narrow(mine: Mapping[str, str], *keys: str | None) -> tuple[str, ...] | None:
    """Return the words for some attributes, an empty one for none asked; None where one asked for has no word."""
    found = []
    for key in keys:
        word = mine[key] if key else ""
        if key and not word:
            return None
        found.append(word)
    return tuple(found)


def _everything(books: Books, key: str | None) -> list[str]:
    """Return all words that an attribute can have; one empty word where nothing is repeated."""
    instance = books.instance
    if key is None:
        return [""]
    if key == "region":
        return list(dict.fromkeys(county.region or c for c, county in instance.counties.items()))
    named: Mapping[str, Iterable[str]] = {
        "county": instance.counties,
        "category": CATEGORIES,
        "industry": instance.industries,
        "chain": books.chain_stages,
        "measure": instance.measures,
    }
    return list(named[key])


def groups(books: Books, rule: Rule) -> list[Group]:
    """Return the repetitions of a rule, without those whose numerator (or `national`) selects nothing."""
    if isinstance(rule, Benefit):
        return _places(books, rule)
    each, within = rule.each, rule.within
    if isinstance(rule, Complement):
        counted = _bundles(books, _selected(books, rule.aid), within, each)
        base = _bundles(books, _selected(books, rule.national), within)
        inners = _everything(books, each)
        return [Group(o, i, counted.get((o, i), []), ms) for (o,), ms in base.items() for i in inners]
    counted = _bundles(books, _selected(books, rule.of), within, each)
    base = _bundles(books, _selected(books, rule.in_ if isinstance(rule, Share) else rule.of), within)
    return [Group(o, i, ms, base.get((o,), [])) for (o, i), ms in counted.items()]


def _places(books: Books, rule: Benefit) -> list[Group]:
    """Return the repetitions of a rule on returns: it counts industries in counties, written `county|industry`."""
    found: dict[tuple[str, ...], list[str]] = {}
    for c, s in returns.rows_of(books):
        words = books.words(c, "", s, "")
        place = _narrow(words, rule.within, rule.each)
        if place is not None and meant(rule.of, words, ()):
            found.setdefault(place, []).append(f"{c}|{s}")
    return [Group(outer, inner, pairs, []) for (outer, inner), pairs in found.items()]


def _bounded(low: float | None, high: float | None, base: Decimal) -> tuple[Decimal | None, Decimal | None]:
    return (None if low is None else exact(low) * base, None if high is None else exact(high) * base)


def sides(books: Books, rule: Rule, group: Group) -> Sides:
    """Work out what a rule compares in one group."""
    if isinstance(rule, Count):
        number = books.measures.add("funded", group.counted)
        return Sides(number, *_bounded(rule.min, rule.max, ONE), None)
    if isinstance(rule, Benefit):
        return _benefit(books, rule, group)
    if isinstance(rule, Complement):
        follows = exact(rule.ratio) * books.paid_for(group.base, "national")
        return Sides(books.paid_for(group.counted, "aid"), follows, None, books.grain)
    value = books.paid_for(group.counted, rule.fund)
    if isinstance(rule, Share):
        whole = books.paid_for(group.base, rule.fund)
        return Sides(value, *_bounded(rule.min, rule.max, whole), books.grain)
    if isinstance(rule, Total):
        return Sides(value, *_bounded(rule.min, rule.max, _heads(books, rule, group)), books.grain)
    if isinstance(rule, Change):
        before = _before(books, rule, group)
        return Sides(value, (ONE - exact(rule.max)) * before, (ONE + exact(rule.max)) * before, books.grain)
    if isinstance(rule, Parity):
        return _parity(books, rule, group)
    return _gini(books, rule, group)


def _benefit(books: Books, rule: Benefit, group: Group) -> Sides:
    """Compare what a side earns by some industries with the least; it is as exact as their output is large."""
    worth = size = ZERO
    for pair, earned in returns.earned_by(books, rule.side).items():
        if "|".join(pair) in group.counted:
            worth += earned
            size += abs(returns.more_output(books, pair))
    return Sides(worth, exact(rule.min), None, max(books.grain, size * RELATIVE))


def _heads(books: Books, rule: Total, group: Group) -> Decimal:
    """Return what the bounds of an amount are multiplied by: the county's population, or 1."""
    if rule.per is None:
        return ONE
    return exact(books.instance.counties[group.inner if rule.each == "county" else group.outer].population)


def _before(books: Books, rule: Change, group: Group) -> Decimal:
    """Return what the previous plan spent on what a group counts, by the words of its own rows [money]."""

    def is_counted(row: Flow) -> bool:
        words = books.words(row.county, row.category, row.industry, row.measure)
        known = books.instance.measures.get(row.measure)
        narrowed = ((rule.within, group.outer), (rule.each, group.inner))
        return (
            counts(rule.fund, row.fund, row.kind)
            and meant(rule.of, words, known.tags if known else ())
            and all(words[key] == word for key, word in narrowed if key)
        )

    return total(exact(row.amount) for row in books.instance.previous[rule.previous] if is_counted(row))


def _by_county(books: Books, rule: Parity | Gini, group: Group) -> list[tuple[Decimal, Decimal]]:
    """Return (spending, population) of every county of the instance, least per head first."""
    money, spent = books.money(rule.fund), dict.fromkeys(books.instance.counties, ZERO)
    for m in group.counted:
        spent[books.instance.measures[m].county] += money[m]
    pairs = [(spent[c], exact(county.population)) for c, county in books.instance.counties.items()]
    return sorted(pairs, key=lambda pair: Fraction(pair[0]) / Fraction(pair[1]))


def _parity(books: Books, rule: Parity, group: Group) -> Sides:
    """Compare the largest spending per head with so many times the smallest."""
    pairs = _by_county(books, rule, group)
    (poor, few), (rich, many) = map(Fraction, pairs[0]), map(Fraction, pairs[-1])
    times, grain = Fraction(exact(rule.max)), Fraction(books.grain)
    point = Fraction(_reach(books, rule, group)) / Fraction(total(heads for _, heads in pairs))
    return Sides(rich / many, None, times * poor / few, grain / many + times * grain / few, point)


def _reach(books: Books, rule: Parity | Gini, group: Group) -> Decimal:
    """Return the most that the rule's funds can spend on what it counts: their purses, or its largest cost [money]."""
    purses = dearest = ZERO
    for f, fund in books.instance.funds.items():
        if counts(rule.fund, f, fund.kind):
            purses += purse_of(fund)
    for m in group.counted:
        dearest += books.largest_cost(m)
    return min(purses, dearest) or ONE


def _gini(books: Books, rule: Gini, group: Group) -> Sides:
    """Sum what counties are apart, each pair once: in the order of spending per head no sign changes."""
    apart = people = money = ZERO
    pairs = _by_county(books, rule, group)
    for spent, heads in pairs:
        apart += spent * people - heads * money
        people, money = people + heads, money + spent
    return Sides(apart, None, exact(rule.max) * people * money, None, people * _reach(books, rule, group))


def _broken(sides: Sides) -> Number:
    """Return by how many units of violation the bounds are exceeded."""
    value = Fraction(sides.value)
    below = max(Fraction(0), Fraction(sides.low) - value) if sides.low is not None else Fraction(0)
    above = max(Fraction(0), value - Fraction(sides.high)) if sides.high is not None else Fraction(0)
    return (below + above) / Fraction(sides.point)


def keeps_rule(books: Books) -> Comparisons:
    """Every rule without a penalty is kept."""
    for rule, group, (value, low, high, grain, _) in _worked(books):
        if rule.penalty is None and low is not None:
            yield Comparison((rule.name, group.name), value, "≥", low, grain)
        if rule.penalty is None and high is not None:
            yield Comparison((rule.name, group.name), value, "≤", high, grain)


def lists_rules(books: Books) -> Comparisons:
    """The table of rules has one row for each group that a rule is about, and no others."""
    wanted: dict[tuple[str, ...], AnyRule] = {(r.name, g.name): r for r, g, _ in _worked(books)}
    for key, rule in wanted.items():
        yield Comparison(key, Decimal(books.rules.keys[key]), "=", ONE)
        if key in books.rules.keys:
            yield Comparison((*key, "type"), books.rules.words["type"][key], "=", getattr(rule, "type", ""))
    for key in books.rules.keys - wanted.keys():
        yield Comparison(key, Decimal(books.rules.keys[key]), "=", ZERO)


def shows_rule(books: Books) -> Comparisons:
    """The table of rules shows what the plan does: both sides, the room left, by how much it is broken."""
    for rule, group, worked in _worked(books):
        key = (rule.name, group.name)
        if key not in books.rules.keys:
            continue
        # money is never below 0, and a bound below that is shown as 0
        if worked.low is not None and worked.low < 0 <= books.rules.number("min", *key):
            worked = worked._replace(low=ZERO)
        yield Comparison((*key, "value"), books.rules.number("value", *key), "=", worked.value, worked.grain)
        margin = _margin(worked)
        for column, side in (("min", worked.low), ("max", worked.high), ("slack", _room(worked))):
            yield _compare_cell((*key, column), books.rules.numbers[column].get(key), side, margin)
        broken = books.rules.number("broken_by", *key)
        yield Comparison((*key, "broken_by"), broken, "=", _broken(worked), margin / Fraction(worked.point))


def _room(worked: Sides) -> Fraction | None:
    """Return how far the value is from the nearer bound, below 0 beyond it; None where there is none."""
    room = []
    if worked.low is not None:
        room.append(Fraction(worked.value) - Fraction(worked.low))
    if worked.high is not None:
        room.append(Fraction(worked.high) - Fraction(worked.value))
    return min(room, default=None)


def _compare_cell(place: tuple[str, ...], cell: Decimal | None, side: Number | None, margin: Fraction) -> Comparison:
    """Compare a cell that is empty where there is nothing to show."""
    if cell is not None and side is not None:
        return Comparison(place, cell, "=", side, margin)
    return Comparison(place, "" if cell is None else str(cell), "=", "" if side is None else str(side))


def _margin(worked: Sides) -> Fraction:
    """Return the tolerance of what is the difference of two sides: that of the larger side."""
    size = _widest(worked.value, worked.low or ONE, worked.high or ONE)
    if worked.grain is None:
        return size * Fraction(RELATIVE)
    return max(Fraction(worked.grain), size * Fraction(DIGITS))


def _widest(*sides: Number) -> Fraction:
    return max(abs(Fraction(side)) for side in sides)


def shows_binding(books: Books) -> Comparisons:
    """A rule without room is shown as binding, one with room is not; a broken one may be shown either way."""
    for rule, group, worked in _worked(books):
        binding = books.rules.numbers["binding"].get((rule.name, group.name))
        ends = [side for side in (worked.low, worked.high) if side is not None]
        if binding is None or not ends:
            continue
        room = min(abs(Fraction(worked.value) - Fraction(end)) for end in ends)
        size = _widest(ONE, worked.value, *ends)
        widest = max(Fraction(worked.grain or 0), size * Fraction(RELATIVE))
        if binding:
            yield Comparison((rule.name, group.name), room * Fraction(int(not _broken(worked))), "≤", ZERO, widest)
        elif not _broken(worked):
            yield Comparison((rule.name, group.name), room, "≥", size * Fraction(BILLIONTH), ZERO)


def _worked(books: Books) -> list[tuple[Rule, Group, Sides]]:
    """Return every rule in every group, worked out once."""
    found: list[tuple[Rule, Group, Sides]] | None = books.memory.get("rules")
    if found is None:
        found = [(r, g, sides(books, r, g)) for r in books.instance.rules for g in groups(books, r)]
        books.memory["rules"] = found
    return found


def penalties(books: Books) -> Decimal:
    """Return what broken soft rules cost in the objective, by what the table says that they are broken by."""
    soft = {rule.name: exact(rule.penalty) for rule in books.instance.rules if rule.penalty is not None}
    return total(soft.get(name, ZERO) * broken for (name, _), broken in books.rules.numbers["broken_by"].items())
