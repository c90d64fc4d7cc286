"""The chart room: data in, a chart out, and the same chart for a page, an SVG file and a PNG file.

    chart = lines([Series("aid", [(10, 3), (20, 5)])], title="Jobs by aid", x="aid (万元)", y="jobs")
    inline(chart)        # <svg> for a page, which brings `style()` and `variables(LIGHT)`
    standalone(chart)    # a whole SVG file with title and style
    png(standalone(chart))

Every function takes plain numbers and words (already in the reader's language) and returns a `Chart`, whose `marks`
counts the elements of class `mark`: one for each number drawn. Equal data give equal bytes.
"""

from alloc.report.charts.bars import bars, tornado
from alloc.report.charts.chart import Chart, chart_files, draws_chinese, inline, png, standalone
from alloc.report.charts.dots import dots
from alloc.report.charts.heat import heat, matrix
from alloc.report.charts.kinds import kind_map
from alloc.report.charts.lines import Series, lines
from alloc.report.charts.palette import DARK, LIGHT, ROLES, style, variables
from alloc.report.charts.regions import Area, Ring, regions
from alloc.report.charts.sankey import Flow, Node, sankey
from alloc.report.charts.stages import State, stages
from alloc.report.charts.svg import digits_of, number
from alloc.report.charts.whiskers import whiskers

__all__ = [
    "DARK",
    "LIGHT",
    "ROLES",
    "Area",
    "Chart",
    "Flow",
    "Node",
    "Ring",
    "Series",
    "State",
    "bars",
    "chart_files",
    "digits_of",
    "dots",
    "draws_chinese",
    "heat",
    "inline",
    "kind_map",
    "lines",
    "matrix",
    "number",
    "png",
    "regions",
    "sankey",
    "stages",
    "standalone",
    "style",
    "tornado",
    "variables",
    "whiskers",
]
