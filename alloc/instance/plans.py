"""Previous plans, which `change` rules compare with."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from alloc.errors import Fault
from alloc.instance.document import Path, Source
from alloc.instance.encoding import decode
from alloc.instance.excel.headings import read_word
from alloc.instance.money import money_counts
from alloc.instance.names import names_of, suggest_id
from alloc.instance.rules import Change
from alloc.instance.schema import CATEGORIES, KINDS, Document, Flow, Instance, Selection
from alloc.instance.selections import RuleGroup
from alloc.instance.separated import Grid, find_misfit, read_grid
from alloc.instance.suggest import nearest
from alloc.instance.tables import Opened
from alloc.instance.wording import fill_words
from alloc.texts import LANGUAGES, say

ALIKE = 0.75
"""A measure or fund of last year that is this much like one of this year is one misspelt; others are no more."""

COLUMNS = ("measure", "county", "category", "industry", "fund", "kind", "amount")


def read_previous(
    document: Document, numbers: Sequence[int], source: Source, opened: Opened
) -> dict[str, tuple[Flow, ...]]:
    """Return every previous plan that a rule names: from the workbook, or the file that it left.

    numbers: of each rule the one that it has as written. Names are read as ids, and what a row leaves out is taken from
    its measure and fund. Faults go to the source.
    """
    found: dict[str, tuple[Flow, ...]] = {}
    for i, rule in zip(numbers, document.rules, strict=True):
        if not isinstance(rule, Change) or rule.previous in found:
            continue
        plan = rule.previous
        if plan in source.plans:
            rows = [(source.plan_path(plan, k), row) for k, row in enumerate(source.plans[plan])]
        else:
            rows = _open_plan(plan, ("rules", i, "previous"), source, opened)
        recognised = [_recognise(document, row, path, source) for path, row in rows]
        found[plan] = tuple(filter(None, recognised))
    return found


def _open_plan(plan: str, path: Path, source: Source, opened: Opened) -> list[tuple[Path, Flow]]:
    """Return the rows of the plan that a results folder holds, each with its path."""
    place = f"{plan}/allocation.csv"
    content = opened(place)
    if isinstance(content, Fault):
        source.faults.append(Fault(source.place(path), source.label(path), content.text, content.values))
        return []
    text = decode(content)
    if isinstance(text, Fault):
        source.faults.append(Fault(place, "", text.text, text.values))
        return []
    table = read_grid(text, COLUMNS.__contains__)
    try:
        if not table.problem and set(COLUMNS) <= set(table.header):
            return list(_plan_rows(plan, table, place, source))
    except (KeyError, ValueError):  # a row that ends early, or an amount that is no number
        pass
    source.faults.append(Fault(place, "", "not_an_allocation", {"columns": ", ".join(COLUMNS)}))
    return []


def _plan_rows(plan: str, table: Grid, place: str, source: Source) -> Iterator[tuple[Path, Flow]]:
    for k, (line, cells) in enumerate(table.rows):
        trouble = find_misfit(cells, table)
        if trouble is not None:
            source.faults.append(Fault(f"{place}:{line}", "", *trouble))
            continue
        own = source.plan_path(plan, k)
        source.places[own], source.labels[own] = f"{place}:{line}", ""
        row = dict(zip(table.header, cells, strict=False))
        yield own, Flow(**{c: row[c] for c in COLUMNS[:-1]}, amount=float(row["amount"]))


def _recognise(document: Document, row: Flow, path: Path, source: Source) -> Flow | None:
    """Return a row with ids for names, and with what its measure and fund say; None where it is at fault."""

    def fault(column: str, text: str, **values: object) -> None:
        if values.get("table") in source.unread:
            return
        place = (*path, column)
        source.faults.append(Fault(source.place(place), source.label(place), text, fill_words(values, place, source)))

    before = len(source.faults)
    county = _known(document.counties, row.county, "county", "counties", fault)
    measure = _known(_list_lines(document, row.measure, county), row.measure, "measure", "measures", fault, gone=True)
    fund = _known(document.funds, row.fund, "fund", "funds", fault, gone=True)
    industry = _known(document.industries, row.industry, "industry", "industries", fault)
    line, money = document.measures.get(measure), document.funds.get(fund)
    found = {
        "measure": measure,
        "county": county or getattr(line, "county", ""),
        "category": read_word(row.category, CATEGORIES) or getattr(line, "category", ""),
        "industry": industry or getattr(line, "industry", ""),
        "fund": fund,
        "kind": read_kind(row.kind) or getattr(money, "kind", ""),
    }
    _check_word(found["category"], "category", CATEGORIES, fault)
    _check_word(found["kind"], "kind", KINDS, fault)
    if not found["county"] and len(source.faults) == before:
        fault("county", "missing", meaning="")
    return row.model_copy(update=found) if len(source.faults) == before else None


def _list_lines(document: Document, word: str, county: str) -> Mapping[str, Any]:
    """Return the measures among which a word is looked for: a name that several counties have is one in each."""
    if word in document.measures or not county:
        return document.measures
    return {m: row for m, row in document.measures.items() if row.county == county}


def _check_word(word: str, column: str, words: Sequence[str], fault: Any) -> None:
    """Tell of a word that is none of those that may stand in a column."""
    if word not in words:
        hint, expected = nearest(word, words), ", ".join(words)
        fault(column, "not_one_of", found=repr(word), what=column, hint=hint, expected=expected)


def _known(rows: Mapping[str, Any], word: str, column: str, table: str, fault: Any, gone: bool = False) -> str:
    """Return the id that a word of a plan is, or that is called so; the word itself where it is neither.

    gone: whether what a plan names need not be there any more.
    """
    if not word or word in rows:
        return word
    names = names_of(rows)
    if len(names.get(word, ())) == 1:
        return names[word][0]
    hint = suggest_id(word, rows, names, ALIKE if gone else 0.65)
    if word in names:
        fault(column, "ambiguous_name", found=word, ids=", ".join(names[word]))
    elif hint or not gone:
        fault(column, "unknown_id", found=word, table=table, hint=hint)
    return word


def read_kind(word: str) -> str:
    """Return the kind that a word says, as in a workbook or in the results."""
    said = {say(f"diff_{kind}", lang): kind for kind in KINDS for lang in LANGUAGES}
    return said.get(word, read_word(word, KINDS))


def previous_money(instance: Instance, rule: Change, group: RuleGroup) -> float:
    """Return what the previous plan spent on what a group of the rule counts [money].

    Its rows are told apart by their own columns; tags are those that the measure has today.
    """
    spent = 0.0
    for row in instance.previous[rule.previous]:
        if _fund_counts(instance, rule.fund, row) and _row_matches(instance, row, rule.of, group.narrowed):
            spent += row.amount
    return spent


def _fund_counts(instance: Instance, fund: str, row: Flow) -> bool:
    return money_counts(instance, fund, row.fund) if row.fund in instance.funds else fund in ("all", row.kind, row.fund)


def _row_matches(instance: Instance, row: Flow, selection: Selection, narrowed: Mapping[str, str]) -> bool:
    county, industry = instance.counties.get(row.county), instance.industries.get(row.industry)
    measure = instance.measures.get(row.measure)
    words = {
        "county": row.county,
        "category": row.category,
        "industry": row.industry,
        "measure": row.measure,
        "region": getattr(county, "region", "") or row.county,
        "chain": getattr(industry, "chain", ""),
    }
    for key, word in words.items():
        wanted = getattr(selection, key)
        if word != narrowed.get(key, word) or (wanted and word not in wanted):
            return False
    return not selection.tag or not set(selection.tag).isdisjoint(measure.tags if measure else ())
