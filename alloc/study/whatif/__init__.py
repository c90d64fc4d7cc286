"""What if: a sweep with a page of sliders, each position of which shows a plan that was solved."""

from alloc.study.whatif.result import WhatIf
from alloc.study.whatif.search import whatif
from alloc.study.whatif.sliders import Slider

__all__ = ["Slider", "WhatIf", "whatif"]
