"""Who buys from whom, and which chains are whole: formulation (21) to (23)."""

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from alloc.audit.books import Books, Pair, total
from alloc.audit.production import output
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
    worlds, links = {world.name: world for world in books.worlds}, books.instance.links
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
            stages = books.chain_stages[h]
            works = {s: books.industries.number("jobs", c, s) >= ONE - RELATIVE for s in stages}
            missing = [s for s in stages if not works[s] or not books.industries.number("established", c, s)]
            yield Comparison((c, h), _parts([text]), "=", _parts(missing))


def _parts(texts: Iterable[str]) -> str:
    """Return the names in some texts in one order and with one separator."""
    return ", ".join(sorted({part for text in texts for part in re.split(r"\s*[|,;、，；·]\s*", text) if part}))


def county_linkage(books: Books) -> dict[str, Decimal]:
    """Return what each county brings in linkage: the sums that `counties` repeats.

    Flows count for the county that sells, a synergy for a county where all its measures lie there.
    """
    instance, chance = books.instance, {world.name: world.chance for world in books.worlds}
    found = {c: total(books.measures.number("linkage", m) for m in ms) for c, ms in books.measures_in.items()}
    for w, trade, worth in books.moved("linkage"):
        found[trade.seller[0]] += chance[w] * worth
    for (c, h), closed in books.chains.numbers["closed"].items():
        if closed and c in found and h in instance.chains:
            found[c] += exact(instance.chains[h].closure_bonus) * closed
    for c, s in books.baseline:
        found[c] += exact(instance.industries[s].cluster_bonus) * books.industries.number("clustered", c, s)
    for synergy, counties in synergies_reached(books):
        if len(counties) == 1:
            found[counties[0]] += exact(synergy[1])
    return found


def synergies_reached(books: Books) -> list[tuple[tuple[float, float], list[str]]]:
    """Return (employment, linkage) and the counties of every synergy whose measures all go ahead."""
    return [
        (
            (synergy.employment, synergy.linkage),
            sorted({books.instance.measures[m].county for m in synergy.measures}),
        )
        for synergy in books.instance.synergies
        if all(books.went_ahead(m) for m in synergy.measures)
    ]
