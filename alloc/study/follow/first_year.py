"""Of a plan over several years the first, as a plan of one year: that is the one that is carried out and followed.

What is bought in it is all that there is in it, so its question alone tells what it comes to. Later years are followed
once the plan is rolled on to them.
"""

from dataclasses import replace

from alloc.study.compare.results import Result
from alloc.study.follow.forecast import find_forecast


def take_first_year(of: Result) -> Result:
    """Return the first year of a plan over several years, as a plan that nothing is proven of; one of a year as it is.

    The objective is not in its figures: see `tell_goal`.
    """
    if not of.instance.questions:
        return of
    question, told = of.instance.questions[0], of.figures["by_year"][0]
    tables = {}
    for name, frame in of.tables.items():
        tables[name] = frame[frame["year"] == question.year].drop(columns="year").reset_index(drop=True)
    keys = ("employment", "linkage", "penalties", "status_quo")
    return Result(of.name, question, tables, {key: told[key] for key in keys})


def tell_goal(of: Result) -> Result:
    """Return a plan with its objective in its figures, solved for where it is a year of several."""
    if "objective" in of.figures:
        return of
    table, measures = of.tables["allocation"], of.tables["measures"]
    paid = {(m, f): float(x) for m, f, x in zip(table["measure"], table["fund"], table["amount"], strict=True)}
    units = dict(zip(measures["measure"], measures["units"].astype(float), strict=True))
    return replace(of, figures={**of.figures, "objective": find_forecast(of, paid, units).objective})
