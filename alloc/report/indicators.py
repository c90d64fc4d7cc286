"""The four weaknesses that the paper names, and how concentrated and how lasting aid is, each as a number.

The paper (谢玲红、李芸、吕开宇) sums up what is weak in aid through industry as 「四不突出」: the leading role of
firms, the clustering of industries, the upgrading of chains, and gains on both sides. PAGE.md gives the formulas.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from alloc.instance import Instance
from alloc.instance.money import list_payers, of_kind
from alloc.report.rows import list_words

LASTING = ("infrastructure", "training", "technology")
"""Categories that build capacity which lasts (造血): works, skills and techniques stay when the year is over. Insurance
and subsidies to enterprises last for the year that they are paid in.
"""

KEPT, SPENT = ("lasting", "造血"), ("yearly", "输血")
"""Tags with which a measure says for itself that it lasts, or that it does not."""

TEN = 10
"""How many of the largest measures are looked at together."""

OWN_STAKE = ("local", "private", "household")
"""Kinds of fund that are the recipients' own money."""


@dataclass(frozen=True)
class Indicator:
    """One number: with the plan, and without it.

    value, quo: shares (0-1) or money per money; None = not measurable with these data. over, of: what was divided by
    what. finer, finer_quo: the same thing looked at more closely, if there is such a look.
    """

    name: str
    value: float | None
    quo: float | None = None
    over: float = 0.0
    of: float = 0.0
    finer: float | None = None
    finer_quo: float | None = None


def measure_indicators(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> tuple[Indicator, ...]:
    """Return the four weaknesses, then what share of aid lasts, how much goes to the ten largest, and concentration."""
    return (*_weaknesses(instance, tables), *_money(instance, tables["measures"]))


def _weaknesses(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> tuple[Indicator, ...]:
    """Return private leverage, clustering, chain completeness and mutual benefit, in this order.

    What both sides earn, where the question says how gains are shared out, goes before what stands in for it.
    """
    return (
        private_leverage(instance, tables["allocation"]),
        clustering(instance, tables["industries"]),
        chain_completeness(instance, tables["chains"]),
        both_returns(tables)
        if "sharing" in tables
        else mutual_benefit(instance, tables["allocation"], tables["flows"]),
    )


def _money(instance: Instance, measures: pd.DataFrame) -> Iterator[Indicator]:
    """Yield what share of aid lasts, what share the ten largest measures get, and three indices of concentration."""
    aid, whole = measures["aid"], float(measures["aid"].sum())
    kept = float(aid[[lasts(instance, m) for m in measures["measure"]]].sum())
    yield Indicator("lasting", _part(kept, whole), over=kept, of=whole)
    largest = float(aid.nlargest(TEN).sum())
    yield Indicator("largest", _part(largest, whole), over=largest, of=whole)
    for key in ("measure", "county", "industry"):
        yield Indicator(f"hhi_{key}", concentration(aid.groupby(measures[key]).sum()), of=whole)


def lasts(instance: Instance, m: str) -> bool:
    """Tell whether a measure builds capacity that lasts: by a tag of `KEPT` or `SPENT` if it has one, else by category.

    Source: the model's years, in which insurance and enterprise live one year and everything else for good.
    """
    row = instance.measures[m]
    if not set(row.tags).isdisjoint(KEPT + SPENT):
        return not set(row.tags).isdisjoint(KEPT)
    return row.category in LASTING


def concentration(money: "pd.Series[float]") -> float | None:
    """Return the Herfindahl–Hirschman index Σ (share of the money)²: 1 = all of it in one hand, 1/n = even over n."""
    whole = float(money.sum())
    return float(((money / whole) ** 2).sum()) if whole > 0 else None


def indicator_rows(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Yield one row for each indicator."""
    for one in measure_indicators(instance, tables):
        found = asdict(one)
        yield {"indicator": found.pop("name"), **found}


def tag_rows(instance: Instance, measures: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield one row for each tag, and one for measures without any; a measure counts for each of its tags."""
    tagged: dict[str, list[str]] = {}
    for m, row in instance.measures.items():
        for tag in row.tags or ("",):
            tagged.setdefault(tag, []).append(m)
    untagged, whole = tagged.pop("", []), float(measures["aid"].sum())
    for tag, of in [*tagged.items(), ("", untagged)] if tagged else []:
        rows = measures[measures["measure"].isin(of)]
        money = {key: float(rows[key].sum()) for key in ("cost", "aid", "national", "other")}
        count = {"measures": len(rows), "funded": int(rows["funded"].sum())}
        yield {"tag": tag, **count, **money, "share_of_aid": _part(money["aid"], whole)}


def private_leverage(instance: Instance, allocation: pd.DataFrame) -> Indicator:
    """Return how much money of firms goes with one unit of aid [money per money].

    Σ spend of kind private / Σ spend of kind aid. The finer look leaves out measures that no private fund may pay
    for. Source: the paper, 企业主体地位不突出 (firms' leading role), and 一.2, steering private capital.
    """
    if "private" not in _kinds(instance):
        return Indicator("leverage", None)
    private, aid = _spent(allocation, ("private",)), _spent(allocation, ("aid",))
    open_to = {m for m, funds in list_payers(instance).items() if of_kind(instance, funds, "private")}
    there = _spent(allocation[allocation["measure"].isin(open_to)], ("aid",))
    return Indicator("leverage", _part(private, aid), over=private, of=aid, finer=_part(private, there))


def clustering(instance: Instance, industries: pd.DataFrame) -> Indicator:
    """Return the share of industries that have cluster size in their county, of those that state one (`cluster_jobs`).

    The finer look is the share of their jobs that stand in such clusters. The status quo goes by its jobs.
    Source: the paper, 产业集聚不突出 (clustering).
    """
    sizes = {s: row.cluster_jobs for s, row in instance.industries.items() if row.cluster_jobs is not None}
    rows = industries[industries["industry"].isin(sizes)]
    least = rows["industry"].map(sizes).astype(float)
    before = rows["jobs_quo"] >= least - 1e-6 * least.clip(lower=1.0)
    now = rows["clustered"] == 1
    return Indicator(
        "clustering",
        _part(float(now.sum()), len(rows)),
        _part(float(before.sum()), len(rows)),
        over=float(now.sum()),
        of=len(rows),
        finer=_part(float(rows["jobs"][now].sum()), float(rows["jobs"].sum())),
        finer_quo=_part(float(rows["jobs_quo"][before].sum()), float(rows["jobs_quo"].sum())),
    )


def chain_completeness(instance: Instance, chains: pd.DataFrame) -> Indicator:
    """Return the share of chains that are complete in their county, of all pairs of county and chain.

    The finer look is the share of their stages that stand. Source: the paper, 链条提升不突出 (chain upgrading).
    """
    length = Counter(row.chain for row in instance.industries.values())
    stages = sum(map(length.__getitem__, chains["chain"]))
    missing = sum(map(len, map(list_words, chains["missing"])))
    closed, before = float(chains["closed"].sum()), float(chains["closed_quo"].sum())
    return Indicator(
        "chains",
        _part(closed, len(chains)),
        _part(before, len(chains)),
        over=closed,
        of=len(chains),
        finer=_part(stages - missing, stages),
    )


def mutual_benefit(instance: Instance, allocation: pd.DataFrame, flows: pd.DataFrame) -> Indicator:
    """Return the share of aid in measures that recipients pay for too: both sides have something at stake.

    Recipients' money is of kind local, private or household. What each side earns (taxes, equity, sales at the
    donor's home) is not in the data, so this stands in for it. The finer look is the share of purchases that cross a
    county line, with the plan and without: neighbours that gain from each other.
    Source: the paper, 合作双赢不突出, and its advice to share risks and gains (三.1, 三.3).
    """
    apart = flows["county_from"] != flows["county_to"]
    across, across_quo = _part_of(flows["flow"], apart), _part_of(flows["flow_quo"], apart)
    if not any(link.scope == "region" for link in instance.links):
        across = across_quo = None
    if _kinds(instance).isdisjoint(OWN_STAKE):
        return Indicator("mutual", None, finer=across, finer_quo=across_quo)
    own = allocation[allocation["kind"].isin(OWN_STAKE)].groupby("measure")["amount"].sum()
    shared = allocation["measure"].isin(own[own > 0].index)
    over, aid = _spent(allocation[shared], ("aid",)), _spent(allocation, ("aid",))
    return Indicator("mutual", _part(over, aid), over=over, of=aid, finer=across, finer_quo=across_quo)


def both_returns(tables: Mapping[str, pd.DataFrame]) -> Indicator:
    """Return what both sides are expected to earn a year for each unit of aid [money per money].

    Σ (output − output of the status quo) · share / Σ spend of kind aid. The finer look is the donor side's part of it.
    Source: the paper, 合作双赢不突出, and its advice to share gains (三.3).
    """
    donor, host = float(tables["sharing"]["donor"].sum()), float(tables["sharing"]["host"].sum())
    aid = _spent(tables["allocation"], ("aid",))
    return Indicator("returns", _part(donor + host, aid), over=donor + host, of=aid, finer=_part(donor, donor + host))


def _kinds(instance: Instance) -> set[str]:
    """Return the kinds of fund that there are."""
    return {fund.kind for fund in instance.funds.values()}


def _spent(allocation: pd.DataFrame, kinds: tuple[str, ...]) -> float:
    return float(allocation["amount"][allocation["kind"].isin(kinds)].sum())


def _part_of(amounts: "pd.Series[float]", chosen: "pd.Series[bool]") -> float | None:
    return _part(float(amounts[chosen].sum()), float(amounts.sum()))


def _part(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
