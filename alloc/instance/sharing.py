"""What each side earns by output above the status quo's: what of it goes to those who give, and to the host."""

from collections.abc import Iterator

from alloc.instance.document import Found, Ids, Path
from alloc.instance.lookups import sites, standing_counties
from alloc.instance.rules import Benefit, Side
from alloc.instance.schema import Document, Selection, Sharing

Site = tuple[str, str]
"""County and industry."""


def find_sharing(document: Document) -> dict[Site, Sharing]:
    """Return the row of `sharing` that holds for each industry of a county, in the order of the baseline.

    A row that names the industry goes before one for all industries of the county.
    """
    written = {(row.county, row.industry): row for row in document.sharing}
    found: dict[Site, Sharing] = {}
    for site in document.baseline:
        row = written.get((site.county, site.industry)) or written.get((site.county, ""))
        is_known = site.county in document.counties and site.industry in document.industries
        if row is not None and is_known:
            found[site.county, site.industry] = row
    return found


def part_of(row: Sharing, side: Side) -> float:
    """Return what part of output above the status quo's one side has [0-1]."""
    return row.donor if side == "donor" else row.host


def place_of(document: Document, site: Site, what: str) -> str:
    """Return the county, industry, region or chain of an industry in a county; '' where nothing is asked."""
    c, s = site
    words = {"": "", "county": c, "industry": s, "region": document.counties[c].region or c}
    return words[what] if what in words else document.industries[s].chain


PLACES = ("county", "industry", "region", "chain")
"""The keys of a selection that tell industries in counties."""


def select_sites(document: Document, selection: Selection) -> tuple[Site, ...]:
    """Return the industries in counties that a selection means, of those whose gains are shared out."""
    found = tuple(find_sharing(document))
    for key in PLACES:
        words = getattr(selection, key)
        if words:
            found = tuple(site for site in found if place_of(document, site, key) in words)
    return found


def sharing_holds(document: Document, ids: Ids) -> Iterator[Found]:
    """Each row of `sharing` stands once, and rules on returns ask for what some industry in a county can bring."""
    seen: dict[Site, int] = {}
    for i, row in enumerate(document.sharing):
        twin = seen.setdefault((row.county, row.industry), i)
        if twin != i:
            found = ", ".join(filter(None, (row.county, row.industry)))
            yield ("sharing", i), "duplicate_row", {"found": found, "first": twin + 1, "twin": twin}
    for i, rule in enumerate(document.rules):
        if isinstance(rule, Benefit):
            yield from _benefit_holds(document, rule, ("rules", i))


def _benefit_holds(document: Document, rule: Benefit, path: Path) -> Iterator[Found]:
    """Yield what is wrong with a rule on returns: keys of measures, nothing shared out, regret beside it."""
    others = _list_other_keys(rule.of)
    for key in others:
        yield (*path, "of", key), "benefit_by_place", {"found": key}
    if document.risk is not None and document.risk.measure == "regret":
        yield path, "benefit_and_regret", {}
    asks_once = rule.min > 0 and not rule.each and not rule.within
    if asks_once and not others and not select_sites(document, rule.of):
        yield (*path, "of"), "benefit_of_nothing", {}


def _list_other_keys(selection: Selection) -> list[str]:
    """Return the keys that a selection gives and that tell measures, not industries in counties."""
    return [key for key, words in selection if words and key not in PLACES]


def gains_beyond(document: Document) -> Iterator[Found]:
    """Rows of `sharing` that share out more than there is, or what nothing brings."""
    standing, counties = sites(document), standing_counties(document)
    for i, row in enumerate(document.sharing):
        if row.profit + row.tax > 1 + 1e-9:
            yield ("sharing", i), "sharing_above_output", {"found": row.profit + row.tax}
        elif row.profit + row.tax == 0:
            yield ("sharing", i), "sharing_nothing", {}
        if (row.county, row.industry) not in standing if row.industry else row.county not in counties:
            yield ("sharing", i), "sharing_without_baseline", {"county": row.county, "industry": row.industry}
