"""What a study of what-ifs is when it is done: a sweep, today's plan, and the page that shows both."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from alloc.glance import Glance
from alloc.instance import Instance
from alloc.study.points import Point
from alloc.study.sweep.result import Sweep, choose_exit_code
from alloc.study.whatif.rendering import render_page
from alloc.study.whatif.sliders import Slider

PAGE = "whatif.html"
"""The page's file in the folder of the sweep."""


@dataclass(frozen=True, repr=False)
class WhatIf(Glance):
    """Plans that were solved, today's among them.

    sweep: the points in their order; places: for each its position on every slider, from 0; instance: as of today.
    """

    sweep: Sweep
    today: Point
    sliders: Sequence[Slider]
    places: Sequence[tuple[int, ...]]
    instance: Instance

    @property
    def exit_code(self) -> int:
        """What the command line answers: 0 only where every point and today's plan are proven."""
        return choose_exit_code({*self.sweep.counts, self.today.status})

    def page(self, lang: str = "en") -> str:
        """Return the page as HTML; it opens in one language and holds both."""
        return render_page(self.instance, self.sliders, self.places, self.sweep.points, self.today, lang)

    def save(self, out: str | PathLike[str], details: bool = False, lang: str = "en") -> Path:
        """Write the tables of the sweep and the page into a folder that exists."""
        folder = self.sweep.save(out, details, lang)
        beside = folder / f".{PAGE}.new"
        beside.write_text(self.page(lang), encoding="utf-8")
        os.replace(beside, folder / PAGE)
        return folder

    def _call(self) -> str:
        return f"{self.instance.name} {self.instance.year}"

    def _state(self, lang: str) -> Iterator[str]:
        yield from self.sweep._state(lang)

    def _show(self, lang: str) -> Iterator[str]:
        yield from self.sweep._show(lang)
