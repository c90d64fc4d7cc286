"""What became of a plan, as it is published: aid paid by its day, and the goals with the units accepted."""

import math

from alloc.report.iati import AidFollowed
from alloc.report.iati.transactions import AidPayment
from alloc.study.follow.tracking import Tracking


def find_aid_paid(found: Tracking) -> tuple[AidFollowed, int]:
    """Return the aid that was paid with its days, and how many payments of aid have none."""
    funds, paid, undated = found.instance.funds, list[AidPayment](), 0
    for row in found.actuals.payments:
        if funds[row.fund].kind != "aid" or row.paid <= 0:
            continue
        if row.date is None:
            undated += 1
        else:
            paid.append(AidPayment(row.measure, row.fund, row.date, row.paid))
    goals = found.figures["goals"]["accepted"]
    counted = float(found.get_rows("total")["jobs_counted"].iloc[0])
    return AidFollowed(tuple(paid), goals, None if math.isnan(counted) else counted), undated
