"""What two plans show beside a payment that differs, for the reason of its adjustment: facts, and never a cause."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from alloc.instance import Instance
from alloc.instance.excel import headings
from alloc.instance.lookups import named_rules
from alloc.instance.sides import per_head, sides
from alloc.report.names import Names, join_few, pick_name
from alloc.report.reasons import explain_plan
from alloc.study.compare.diff import compare_rules
from alloc.study.compare.results import Result
from alloc.study.compare.split import WORDS
from alloc.texts import say
from alloc.texts.figures import exact

FACTS = {"stage", "continuing", "implementer", "contact", "start", "end", "total_cost", "mode", "tags", "sources"}
"""What moves no plan by itself."""

PARTS = ("by_county", "delivery", "needs")
"""Figures that are written for each county or category."""


class Adjusted:
    """Two plans, for what each payment that differs is shown by: figures of its own, and rules that bind in one."""

    def __init__(self, before: Result, after: Result, lang: str) -> None:
        """Compare what both questions say and which rules bind."""
        self.before, self.after, self.lang = before.instance, after.instance, lang
        self.shown = _explain(after, lang)
        self.ruled: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for rule, group, what in compare_rules(before, after)[["rule", "group", "what"]].itertuples(index=False):
            of = self.before if what == "only_a" else self.after
            told = [*self._compare("rules", rule)] if rule in named_rules(self.before) else []
            if what in ("only_a", "only_b"):
                told.append(say(f"form_{what}", lang, rule=Names(of, lang, either=True).rule(rule, group)))
            for payment in _list_payments(of, rule, group):
                self.ruled[payment] |= dict.fromkeys(told)

    def say_reason(self, m: str, f: str) -> str | None:
        """Return what is shown of a payment in words; None where only a person knows."""
        shown = self.shown.get(m)
        found = [*self._list_figures(m, f), *([shown] if shown else self.ruled.get((m, f), []))]
        if not found and self._elsewhere:
            found = [say("form_elsewhere", self.lang, told=join_few(self._elsewhere, self.lang, "between_facts", 3))]
        return join_few(found, self.lang, "between_facts") if found else None

    @cached_property
    def _elsewhere(self) -> list[str]:
        """What differs between the two questions, whatever it touches."""
        found: list[str] = []
        for table in ("funds", "rules", "measures", "counties", "industries"):
            for key in {**_rows(self.before, table), **_rows(self.after, table)}:
                found += self._compare(table, key)
        return found

    def _list_figures(self, m: str, f: str) -> Iterator[str]:
        """Yield the figures that differ: of the measure, its fund, its county and its industry there."""
        row = self.after.measures.get(m) or self.before.measures[m]
        yield from self._compare("measures", m, is_named=False)
        yield from self._compare("funds", f, row.county)
        yield from self._compare("counties", row.county, row.category)
        yield from self._compare("industries", row.industry, row.category)

    def _compare(self, table: str, key: str, part: str = "", is_named: bool = True) -> Iterator[str]:
        """Yield the figures of a row that differ. part: of a figure by county or category, the one that counts."""
        one, other = _rows(self.before, table).get(key), _rows(self.after, table).get(key)
        if one is None and other is None:
            return
        name = pick_name(other or one, key, self.lang, either=True)
        if one is None or other is None:
            yield say("form_dropped" if other is None else "form_added", self.lang, name=name)
            return
        was, is_ = _flatten(one), _flatten(other)
        for column in _list_different(was, is_, table, part):
            figure = headings.title(table, column, self.lang)
            if is_named:
                figure = say("in_brackets", self.lang, name=name, words=figure)
            values = {"before": self._say(was.get(column)), "after": self._say(is_.get(column))}
            yield say("form_figure", self.lang, figure=figure, **values)

    def _say(self, value: Any) -> str:
        """Return a figure in words."""
        if value is None or value == ():
            return "–"
        if isinstance(value, float | int):
            return say("wb_yes" if value else "wb_no", self.lang) if isinstance(value, bool) else exact(value)
        return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _explain(after: Result, lang: str) -> dict[str, str]:
    """Return what the later plan shows of each measure that is not funded; of a year of several, as it was written."""
    tables = after.tables
    if "status" in after.figures:
        tables = explain_plan(after.instance, tables, after.figures["status"] == "optimal", lang)
    return {row["measure"]: row.get("reason") or "" for row in tables["measures"].to_dict("records")}


def _rows(instance: Instance, table: str) -> Mapping[str, Any]:
    """Return the rows of a table by their ids, rules by their names."""
    return named_rules(instance) if table == "rules" else getattr(instance, table)


def _flatten(row: Any) -> dict[str, Any]:
    """Return the figures of a row that can move a plan, nested ones with a dot."""
    found: dict[str, Any] = {}
    for key, value in row.model_dump(by_alias=True, exclude=WORDS | FACTS).items():
        found |= {f"{key}.{part}": of for part, of in value.items()} if isinstance(value, Mapping) else {key: value}
    return found


def _list_different(was: Mapping[str, Any], is_: Mapping[str, Any], table: str, part: str) -> Iterator[str]:
    """Yield the columns of a table in which two rows differ, of figures by county or category those of one part."""
    for column in {**was, **is_}:
        root, _, rest = column.partition(".")
        is_far = part and root in PARTS and rest != part
        if was.get(column) != is_.get(column) and not is_far and root in headings.titles(table):
            yield column


def _list_payments(instance: Instance, rule: str, group: str) -> Iterator[tuple[str, str]]:
    """Yield the payments that a repetition of a rule counts, follows, or counts the measures of."""
    side = sides(instance).get((rule, group))
    if side is None:
        for payments in per_head(instance).get((rule, group), {}).values():
            yield from payments
        return
    yield from side.spends
    yield from side.base if named_rules(instance)[rule].follows else ()
    for m in side.funded:
        yield from ((m, f) for f in instance.funds)
