"""The colours of page and charts: by role, for light and for dark paper, told apart by colour-blind eyes too.

Categories are the Okabe–Ito colours (Okabe and Ito 2008, Color Universal Design), a shade lighter on dark paper.
"""

from collections.abc import Mapping

LIGHT, DARK = 0, 1

ROLES: Mapping[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#11171d"),
    "card": ("#f5f7f9", "#1a222b"),
    "ink": ("#17212b", "#e9eef3"),
    "soft": ("#566370", "#a5b2bf"),
    "rule": ("#93a0ad", "#64727f"),
    "grid": ("#dde3e9", "#323e4a"),
    "accent": ("#14558f", "#7db8ee"),
    "infrastructure": ("#0072b2", "#2f93d6"),
    "training": ("#e69f00", "#f2b53f"),
    "insurance": ("#009e73", "#25bf95"),
    "technology": ("#56b4e9", "#93d2f7"),
    "enterprise": ("#cc79a7", "#e29fc5"),
    "aid": ("#14558f", "#7db8ee"),
    "national": ("#a3452c", "#e08c71"),
    "other": ("#75828f", "#93a0ad"),
    "plan": ("#0072b2", "#4aa6e3"),
    "quo": ("#93a0ad", "#7b8996"),
    "good": ("#00805d", "#25bf95"),
    "bad": ("#b34800", "#f08a45"),
    "low": ("#d55e00", "#f08a45"),
    "high": ("#0072b2", "#4aa6e3"),
    "sourced": ("#0072b2", "#4aa6e3"),
    "assumed": ("#e69f00", "#f2b53f"),
    "unsaid": ("#b4bec8", "#586572"),
}
"""Role → colour on light and on dark paper."""

STEPS: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = (
    (("#eef3f8", "#17212b"), ("#1b2731", "#e9eef3")),
    (("#d8e5f1", "#17212b"), ("#1e3447", "#e9eef3")),
    (("#b9d2e8", "#17212b"), ("#21455f", "#e9eef3")),
    (("#91bbdc", "#17212b"), ("#27597c", "#f4f8fb")),
    (("#649fcc", "#0d1620"), ("#2f6d99", "#ffffff")),
    (("#3576af", "#ffffff"), ("#5093c4", "#0b1117")),
    (("#1d5c9a", "#ffffff"), ("#7fb4de", "#0b1117")),
    (("#0a3a6b", "#ffffff"), ("#bcdaf2", "#0b1117")),
)
"""From little to much: (fill, its text) on light and on dark paper."""

FONTS = (
    "-apple-system, 'Segoe UI', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', system-ui, sans-serif"
)
"""No font is shipped; these stand on the machines that offices use."""

_SHAPES = (
    f".chart text{{font-family:{FONTS};font-size:13px}}"
    ".chart .small{font-size:11px}"
    ".chart .strong{font-weight:600}"
    ".chart .title{font-size:18px;font-weight:600}"
    ".chart .line{fill:none;stroke-width:2}"
    ".chart .thin{stroke-width:1}"
    ".chart .flow{fill-opacity:.42}"
    ".chart .ring{stroke-width:2}"
    ".chart .hollow{fill:none}"
    ".chart .area{stroke-width:1.2;fill-rule:evenodd}"
    ".chart .missing{stroke-dasharray:4 3}"
)


def variables(paper: int) -> str:
    """Return the colours as CSS custom properties, for light or dark paper."""
    found = [f"--{role}:{pair[paper]}" for role, pair in ROLES.items()]
    for i, step in enumerate(STEPS):
        fill, text = step[paper]
        found += (f"--q{i}:{fill}", f"--t{i}:{text}")
    return ";".join(found)


def style(paper: int | None = None) -> str:
    """Return the style of the marks: with colours of one paper for a file, with custom properties for a page."""
    colours, fills, strokes, steps = {}, "", "", ""
    for role, pair in ROLES.items():
        colour = colours[role] = f"var(--{role})" if paper is None else pair[paper]
        fills += f".chart .f-{role}{{fill:{colour}}}"
        strokes += f".chart .s-{role}{{stroke:{colour}}}"
    for i, step in enumerate(STEPS):
        fill, text = (f"var(--q{i})", f"var(--t{i})") if paper is None else step[paper]
        steps += f".chart .q{i}{{fill:{fill}}}.chart .t{i}{{fill:{text}}}"
    halo = f".chart .halo{{paint-order:stroke;stroke:{colours['paper']};stroke-width:3px;stroke-opacity:.75}}"
    return f"{_SHAPES}{halo}.chart text{{fill:{colours['ink']}}}{fills}{strokes}{steps}"
