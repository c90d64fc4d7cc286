"""Previous plans, which `change` rules compare with."""

import csv
import io
from collections.abc import Mapping

from alloc.errors import Fault
from alloc.instance.document import Source
from alloc.instance.money import money_counts
from alloc.instance.schema import Change, Document, Flow, Instance, Selection
from alloc.instance.selections import Group
from alloc.instance.tables import Opened

COLUMNS = ("measure", "county", "category", "industry", "fund", "kind", "amount")


def previous(document: Document, source: Source, opened: Opened) -> dict[str, tuple[Flow, ...]]:
    """Return every previous plan that a rule names: from the workbook, or the file that it left.

    Faults go to the source.
    """
    found: dict[str, tuple[Flow, ...]] = {}
    for i, rule in enumerate(document.rules):
        if not isinstance(rule, Change) or rule.previous in found:
            continue
        if rule.previous in source.plans:
            found[rule.previous] = source.plans[rule.previous]
            continue
        content = opened(f"{rule.previous}/allocation.csv")
        if isinstance(content, Fault):
            path = ("rules", i, "previous")
            source.faults.append(Fault(source.place(path), source.label(path), content.text, content.values))
            continue
        place = f"{rule.previous}/allocation.csv"
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            source.faults.append(Fault(place, "", "not_utf8"))
            continue
        try:
            table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
            rows = list(table)
            if not set(COLUMNS) <= set(table.fieldnames or ()):
                raise KeyError
            found[rule.previous] = tuple(
                Flow(**{c: row[c] for c in COLUMNS[:-1]}, amount=float(row["amount"])) for row in rows
            )
        except (KeyError, TypeError, ValueError, csv.Error):
            source.faults.append(Fault(place, "", "not_an_allocation", {"columns": ", ".join(COLUMNS)}))
    return found


def previous_money(instance: Instance, rule: Change, group: Group) -> float:
    """Return what the previous plan spent on what a group of the rule counts [money].

    Its rows are told apart by their own columns; tags are those that the measure has today.
    """
    return sum(
        row.amount
        for row in instance.previous[rule.previous]
        if _fund_counts(instance, rule.fund, row) and _row_matches(instance, row, rule.of, group.narrowed)
    )


def _fund_counts(instance: Instance, fund: str, row: Flow) -> bool:
    return money_counts(instance, fund, row.fund) if row.fund in instance.funds else fund in ("all", row.kind, row.fund)


def _row_matches(instance: Instance, row: Flow, selection: Selection, narrowed: Mapping[str, str]) -> bool:
    county, industry = instance.counties.get(row.county), instance.industries.get(row.industry)
    words = {
        "county": row.county,
        "category": row.category,
        "industry": row.industry,
        "measure": row.measure,
        "region": (county.region if county else "") or row.county,
        "chain": industry.chain if industry else "",
    }
    tags = instance.measures[row.measure].tags if row.measure in instance.measures else ()
    return (
        all(not getattr(selection, key) or word in getattr(selection, key) for key, word in words.items())
        and (not selection.tag or any(tag in selection.tag for tag in tags))
        and all(words[what] == word for what, word in narrowed.items())
    )
