"""Who buys from whom, and which chains are whole: formulation (21) to (23)."""

import re
from collections import defaultdict
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from alloc.audit.books import Books
from alloc.audit.production import output
from alloc.audit.sheets import Pair
from alloc.audit.verdict import ONE, RELATIVE, ZERO, Comparison, Comparisons, exact


def flows_forward(books: Books) -> Comparisons:
    """No purchase is below nothing."""
    for column in ("flow", "flow_quo"):
        for w, trade, flow in books.moved(column):
            yield Comparison((trade.name, trade.seller[0], trade.buyer[0], w, column), flow, "≥", ZERO)


def _sums(books: Books, side: str, column: str) -> dict[tuple[int, Pair, str], Decimal]:
    """Return the flows that leave or reach every industry, by link and scenario [money]."""
    sums: defaultdict[tuple[int, Pair, str], Decimal] = defaultdict(partial(Decimal, 0))
    for w, trade, flow in books.moved(column):
        sums[trade.number, trade.seller if side == "seller" else trade.buyer, w] += flow
    return sums


def _limited(books: Books, side: str, part: str) -> Comparisons:
    """Compare what an industry sells or buys over a link with that part of its output, in every scenario.

    Without the plan the output is known only in expectation, and so is what is compared.
    """
    worlds, links = books.worlds, books.instance.links
    for (number, pair, w), flow in _sums(books, side, "flow").items():
        most = exact(getattr(links[number], part)) * output(books, worlds[w], pair)
        yield Comparison((links[number].from_, links[number].to, pair[0], w), flow, "≤", most)
    expected: defaultdict[tuple[int, Pair], Decimal] = defaultdict(partial(Decimal, 0))
    for (number, pair, w), flow in _sums(books, side, "flow_quo").items():
        expected[number, pair] += worlds[w].chance * flow
    for (number, pair), flow in expected.items():
        most = exact(getattr(links[number], part)) * books.industries.number("output_quo", *pair)
        yield Comparison((links[number].from_, links[number].to, pair[0], "quo"), flow, "≤", most)


def sells_output(books: Books) -> Comparisons:
    """An industry sells no more over a link than that part of its output."""
    return _limited(books, "seller", "sells")


def buys_input(books: Books) -> Comparisons:
    """An industry buys no more over a link than its output takes."""
    return _limited(books, "buyer", "buys")


def trades_established(books: Books) -> Comparisons:
    """Nothing flows unless both ends have reached their viable size."""
    for column, flag in (("flow", "established"), ("flow_quo", "established_quo")):
        for w, trade, flow in books.moved(column):
            idle = ONE - min(books.industries.number(flag, *end) for end in (trade.seller, trade.buyer))
            yield Comparison((trade.name, trade.seller[0], trade.buyer[0], w), flow * idle, "≤", ZERO)


def weighs_flow(books: Books) -> Comparisons:
    """A flow counts with the weight of its link, less what is lost across a county line."""
    flows, worths = books.flows.numbers["flow"], books.flows.numbers["linkage"]
    for key, trade in books.trades.items():
        flow, worth = flows.get(key, ZERO), worths.get(key, ZERO)
        if flow or worth:
            yield Comparison((trade.name, *key[1:]), worth, "=", trade.worth * flow, books.grain)


def closes_chain(books: Books) -> Comparisons:
    """A chain is complete in a county only where every stage has its viable size and somebody at work."""
    for c, h in books.chains.keys:
        if c in books.instance.counties and h in books.chain_stages:
            for column, flag, jobs in (
                ("closed", "established", "jobs"),
                ("closed_quo", "established_quo", "jobs_quo"),
            ):
                reached = (books.industries.number(x, c, s) for s in books.chain_stages[h] for x in (flag, jobs))
                least = min(reached, default=ZERO)
                yield Comparison((c, h, column), books.chains.number(column, c, h), "≤", least)


def names_missing(books: Books) -> Comparisons:
    """The stages named as missing are those without their viable size, or without anybody at work."""
    for (c, h), text in books.chains.words["missing"].items():
        if c in books.instance.counties and h in books.chain_stages:
            missing = [s for s in books.chain_stages[h] if not _works(books, c, s)]
            yield Comparison((c, h), _order_names(text), "=", _order_names("|".join(missing)))


def _works(books: Books, c: str, s: str) -> bool:
    """Tell whether an industry has its viable size, and somebody at work."""
    jobs = books.industries.number("jobs", c, s)
    return jobs >= ONE - RELATIVE and books.industries.number("established", c, s) != 0


def _order_names(text: str) -> str:
    """Return the names in a text in one order and with one separator."""
    return ", ".join(sorted(set(re.split(r"\s*[|,;、，；·]\s*", text)) - {""}))


def county_linkage(books: Books) -> dict[str, Decimal]:
    """Return what each county brings in linkage: the sums that `counties` repeats.

    Flows count for the county that sells, a synergy for a county where all its measures lie there.
    """
    found = {c: books.measures.add("linkage", ms) for c, ms in books.measures_in.items()}
    for w, trade, worth in books.moved("linkage"):
        found[trade.seller[0]] += books.worlds[w].chance * worth
    add_chains(books, found, "closed")
    for c, s in books.baseline:
        bonus = exact(books.instance.industries[s].cluster_bonus)
        found[c] += bonus * books.industries.number("clustered", c, s)
    for c, worth in reach_synergies(books).within.items():
        found[c] += worth
    return found


def add_flows(books: Books, found: dict[str, Decimal], column: str) -> None:
    """Add what flows of a column are worth to the counties that sell."""
    for w, trade, flow in books.moved(column):
        found[trade.seller[0]] += books.worlds[w].chance * trade.worth * flow


def add_chains(books: Books, found: dict[str, Decimal], column: str) -> None:
    """Add what whole chains are worth to their counties."""
    for (c, h), closed in books.chains.numbers[column].items():
        if closed and c in found and h in books.instance.chains:
            found[c] += exact(books.instance.chains[h].closure_bonus) * closed


def has_cluster_jobs(books: Books, pair: Pair, column: str) -> bool:
    """Tell whether a column shows the jobs for a cluster, one short by a thousandth being whole."""
    size = books.instance.industries[pair[1]].cluster_jobs
    return size is not None and books.industries.number(column, *pair) >= exact(size) - ONE / 1000


class SynergyGains(NamedTuple):
    """What synergies bring whose measures all go ahead: jobs, linkage within counties, and across them."""

    employment: Decimal
    within: dict[str, Decimal]
    across: Decimal


def reach_synergies(books: Books) -> SynergyGains:
    """Return what the synergies bring whose measures all go ahead."""
    employment = across = ZERO
    within: dict[str, Decimal] = {}
    for synergy in books.instance.synergies:
        if not all(map(books.went_ahead, synergy.measures)):
            continue
        employment += exact(synergy.employment)
        counties = {books.instance.measures[m].county for m in synergy.measures}
        if len(counties) > 1:
            across += exact(synergy.linkage)
            continue
        for c in counties:
            within[c] = within.get(c, ZERO) + exact(synergy.linkage)
    return SynergyGains(employment, within, across)
