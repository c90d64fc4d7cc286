"""What each fund has, has spent and has left: worked out here, once for everyone who shows it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from alloc.instance import CATEGORIES, Instance
from alloc.instance.money import available
from alloc.report.rows import list_cells

Spent = Mapping[tuple[str, str], float]
"""(fund, county) → money, in all counties under an empty word."""


def fund_totals(instance: Instance, allocation: pd.DataFrame) -> pd.DataFrame:
    """Return fund, kind, available, spent and unspent, one row a fund, tied to counties or not [money]."""
    spent = spent_by_fund(list_cells(allocation, "fund", "county", "amount"))
    rows = [_balance(instance, f, "", spent) for f in instance.funds]
    return pd.DataFrame(rows, columns=["fund", "kind", "available", "spent", "unspent"])


def fund_rows(instance: Instance, spend: Mapping[tuple[str, str], float]) -> Iterator[dict[str, Any]]:
    """Yield one row for each fund, or for each county that parts of it are tied to; spend: (measure, fund) → money."""
    spent = spent_by_fund((f, instance.measures[m].county, amount) for (m, f), amount in spend.items())
    for f, fund in instance.funds.items():
        for c in fund.by_county if fund.by_county is not None else ("",):
            yield _balance(instance, f, c, spent)


def aid_by_category(instance: Instance, allocation: pd.DataFrame) -> pd.DataFrame:
    """Return the aid that each county (a row) gets in each category (a column), both in their order [money]."""
    aid = allocation[allocation["kind"] == "aid"].groupby(["county", "category"])["amount"].sum().unstack(fill_value=0)
    return aid.reindex(index=list(instance.counties), columns=list(CATEGORIES), fill_value=0.0)


def spent_by_fund(payments: Iterable[tuple[str, str, float]]) -> Spent:
    """Return what each fund pays, in each county and in all; payments: fund, county, amount."""
    spent: dict[tuple[str, str], float] = defaultdict(float)
    for f, county, amount in payments:
        spent[f, county] += amount
        spent[f, ""] += amount
    return spent


def _balance(instance: Instance, f: str, c: str, spent: Spent) -> dict[str, Any]:
    """Return what a fund has, has spent and has left for a county, or in all."""
    money, used = available(instance, f, c or None), spent.get((f, c), 0.0)
    left = max(money - used, 0.0)
    kind = instance.funds[f].kind
    return {"fund": f, "kind": kind, "county": c, "available": money, "spent": used, "unspent": left}
