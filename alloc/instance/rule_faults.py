"""What must fit in the planner's rules: names, words that exist, bounds, and something to ask it of."""

from collections.abc import Iterator
from itertools import chain
from typing import get_args

from alloc.instance.document import Found, Ids, Path
from alloc.instance.money import ALONE
from alloc.instance.names import check_id
from alloc.instance.rules import AnyRule, Benefit, Equity
from alloc.instance.schema import KINDS, Attribute, Document, Selection
from alloc.instance.selections import select
from alloc.instance.suggest import nearest


def rules_hold(document: Document, ids: Ids) -> Iterator[Found]:
    """Rules have names of their own, select by words that exist, and keep minima below maxima."""
    names: dict[str, int] = {}
    for i, rule in enumerate(document.rules):
        path: Path = ("rules", i)
        if rule.each == "measure" and rule.type != "change":
            words = ", ".join(get_args(Attribute))
            yield (*path, "each"), "not_allowed", {"found": "'measure'", "what": "each", "hint": "", "expected": words}
        if rule.name in names:
            twin = names[rule.name]
            values = {"found": rule.name, "first": f"rules[{twin + 1}]", "twin": twin}
            yield (*path, "name"), "duplicate_id", values
        names.setdefault(rule.name, i)
        for key, name in rule.selections().items():
            yield from _selects(document, getattr(rule, name), (*path, key), ids)
        yield from _rule_fits(rule, path, ids)
    yield from _people_are_known(document)


def _rule_fits(rule: AnyRule, path: Path, ids: Ids) -> Iterator[Found]:
    """Yield what does not fit of the funds and the bounds of one rule."""
    yield from _funds_are_known(rule, path, ids)
    low, high = rule.bounds
    if low is not None and high is not None and low > high:
        yield path, "min_above_max", {"min": low, "max": high, "what": "rule"}
    if getattr(rule, "per", None) and rule.each != "county" and rule.within != "county":
        yield (*path, "per"), "capita_needs_county", {}


def _people_are_known(document: Document) -> Iterator[Found]:
    """Yield the counties without people where a rule counts per head, each once with the first such rule."""
    per_head = (rule.name for rule in document.rules if isinstance(rule, Equity) or rule.times == "population")
    rule = next(per_head, None)
    for c, county in document.counties.items() if rule is not None else ():
        if county.population <= 0:
            yield ("counties", c, "population"), "population_missing", {"rule": rule}


def _funds_are_known(rule: AnyRule, path: Path, ids: Ids) -> Iterator[Found]:
    """Yield the words of a rule that are no fund, no kind of fund, and not `all`."""
    funds = [*ids["funds"], *KINDS, "all", *(f"{ALONE}{f}" for f in ids["funds"] if f in KINDS)]
    for key in rule.purses():
        fund = getattr(rule, key)
        if fund not in funds:
            yield (*path, key), "unknown_id", {"found": fund, "table": "funds", "hint": nearest(fund, funds)}


def rules_select(document: Document, ids: Ids) -> Iterator[Found]:
    """A rule that asks for something selects what it asks for: a law must not lapse by a misspelt tag."""
    if not _whole(document, ids):
        return
    for i, rule in enumerate(document.rules):
        asks = rule.bounds[0] if rule.times != "previous" else None
        if isinstance(rule, Benefit) or rule.each or rule.within or not asks:
            continue
        selection = rule.counted.of
        path: Path = ("rules", i, next(iter(rule.selections())))
        is_known = next(_selects(document, selection, path, ids), None) is None
        if is_known and not select(document, selection):
            yield from _why_nothing(document, selection, path)


def _why_nothing(document: Document, selection: Selection, path: Path) -> Iterator[Found]:
    """Yield what of a selection that selects nothing is to blame: a tag, a key by itself, or all keys together."""
    tags = dict.fromkeys(chain(*(measure.tags for measure in document.measures.values())))
    unused = [tag for tag in selection.tag if tag not in tags]
    for tag in unused:
        yield (*path, "tag"), "tag_unused", {"found": tag, "hint": nearest(tag, tags)}
    if unused:
        return
    together = True
    for key, words in selection:
        if words and not select(document, Selection(**{key: words})):
            together = False
            yield (*path, key), "selects_nothing", {"found": ", ".join(words)}
    if together:
        yield path, "selects_nothing_together", {}


def _whole(document: Document, ids: Ids) -> bool:
    """Tell whether every measure was read, and lies where there is something: else nobody can say what is selected."""
    for table in ("counties", "industries", "measures"):
        if len(getattr(document, table)) != len(ids[table]):
            return False
    for row in document.measures.values():
        if row.county not in document.counties or (row.industry and row.industry not in document.industries):
            return False
    return True


def _selects(document: Document, selection: Selection, path: Path, ids: Ids) -> Iterator[Found]:
    tables = {"county": "counties", "industry": "industries", "measure": "measures"}
    for key, table in tables.items():
        for word in getattr(selection, key):
            yield from check_id((*path, key), word, table, ids)
    chains = [*document.chains, *(industry.chain for industry in document.industries.values())]
    regions = document.regions.values()
    for key, known in (("chain", chains), ("region", regions)):
        for word in getattr(selection, key):
            if word not in known:
                hint = nearest(word, known)
                yield (*path, key), "unknown_id", {"found": word, "table": f"{key}s", "hint": hint}
