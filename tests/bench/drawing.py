"""The chart: proven gap against time, a panel for each number of counties."""

import math
from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from race import Race, gap_of

mpl.use("svg")
import matplotlib.pyplot as plt

FLOOR, CEILING = 1e-5, 10.0
"""Gaps below and above are drawn at the edge."""


def draw(races: list[Race], labels: Mapping[str, str], target: Path) -> None:
    """Draw every course as steps; a gap holds until a better one is proven."""
    sizes = list(dict.fromkeys(race.counties for race in races if race.course))
    if not sizes:
        return
    columns = min(3, len(sizes))
    rows = -(-len(sizes) // columns)
    colours = dict(zip(labels, mpl.colormaps["tab10"].colors, strict=False))
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "gap", "font.size": 9}):
        figure, panels = plt.subplots(rows, columns, figsize=(4 * columns, 3 * rows), squeeze=False, sharey=True)
        for panel, counties in zip(panels.flat, sizes, strict=False):
            for race in races:
                if race.counties == counties and race.course:
                    _step(panel, race, labels[race.name], colours[race.name])
            panel.set(title=f"{counties} counties", xscale="log", yscale="log", xlabel="seconds", ylabel="gap")
            panel.set_ylim(FLOOR, CEILING)
            panel.axhline(0.0005, color="grey", linewidth=0.6, linestyle=":")
        for panel in panels.flat[len(sizes) :]:
            panel.set_visible(False)
        named = {label: line for panel in panels.flat for line, label in zip(*panel.get_legend_handles_labels())}  # noqa: B905
        figure.legend(named.values(), named.keys(), loc="lower center", ncols=3, frameon=False)
        figure.tight_layout(rect=(0, 0.06 + 0.06 / rows, 1, 1))
        figure.savefig(target, metadata={"Date": None})
        plt.close(figure)


def _step(panel: plt.Axes, race: Race, label: str, colour: object) -> None:
    points = [(max(t, 0.01), gap_of(value, bound)) for t, value, bound in race.course]
    points = [(t, min(max(gap, FLOOR), CEILING)) for t, gap in points if not math.isinf(gap)]
    if points:
        times, gaps = zip(*points, strict=True)
        panel.step([*times, max(times[-1], race.seconds)], [*gaps, gaps[-1]], where="post", label=label, color=colour)
        panel.plot(times[-1], gaps[-1], "o", markersize=3, color=colour)
