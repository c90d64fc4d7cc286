"""What each fund has and has spent in all: worked out here, once for everyone who shows it."""

import pandas as pd

from alloc.instance import Instance
from alloc.instance.money import available


def fund_totals(instance: Instance, allocation: pd.DataFrame) -> pd.DataFrame:
    """Return fund, kind, available and spent, one row a fund, whether or not its money is tied to counties [money]."""
    spent = allocation.groupby("fund")["amount"].sum()
    rows = [(f, fund.kind, available(instance, f), float(spent.get(f, 0.0))) for f, fund in instance.funds.items()]
    return pd.DataFrame(rows, columns=["fund", "kind", "available", "spent"])
