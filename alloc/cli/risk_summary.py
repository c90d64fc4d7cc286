"""What planning for bad years is worth, on one screen."""

from collections.abc import Iterator

from rich.table import Table

from alloc.report.screen import new_table
from alloc.study.risk.result import Insurance, RiskStudy
from alloc.study.risk.risk_page import PROBLEMS, name_curve, tell_curve
from alloc.texts import say
from alloc.texts.figures import amount, fixed


def show_risk(found: RiskStudy, lang: str) -> Iterator[str | Table]:
    """Yield the values of the problems, and each part that was asked for."""
    instance = found.instance
    yield say("risk_title", lang, name=instance.title or instance.name, count=found.figures["scenarios"])
    shown = new_table()
    shown.add_column(say("risk_problem", lang))
    for key in ("risk_value", "risk_bound"):
        shown.add_column(say(key, lang), justify="right")
    for name in PROBLEMS:
        figure = getattr(found, name)
        shown.add_row(say(f"risk_name_{name}", lang), amount(figure.value), amount(figure.bound))
    yield shown
    yield from found.tell_worth(lang)
    if found.fresh is not None:
        yield found.fresh.tell(lang)
    if found.insurance is not None:
        yield from show_insurance(found.insurance, instance.money.label, lang)
    if found.curve:
        yield _show_curve(found, lang)


def show_insurance(insurance: Insurance, label: str, lang: str) -> Iterator[str | Table]:
    """Yield what insurance keeps, in one sentence and by kind of year."""
    yield insurance.tell(label, lang)
    if insurance.years_without is None:
        return
    rows = insurance.table.to_dict("records")
    shown = new_table()
    shown.add_column(say("risk_axis_year", lang))
    for key in ("risk_with", "risk_without", "risk_kept", "risk_kept_per"):
        shown.add_column(say(key, lang, label=label), justify="right")
    for row in rows:
        per = "–" if insurance.premium <= 0 else fixed(row["kept_per_money"], 3)
        cells = [amount(row[key]) for key in ("jobs", "jobs_without", "kept")]
        shown.add_row(say(f"risk_year_{row['year']}", lang), *cells, per)
    yield shown


def _show_curve(found: RiskStudy, lang: str) -> Table:
    shown = new_table(title=say("risk_curve_title", lang))
    for head in name_curve(found.figures, lang):
        shown.add_column(head, justify="right")
    for cells in tell_curve(found.figures):
        shown.add_row(*cells)
    return shown
