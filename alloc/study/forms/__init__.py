"""Forms that an office hands in, filled from a plan: what the plan knows stands in them, the rest is left empty."""

from alloc.study.forms.fill import fill_form
from alloc.study.forms.layout import KINDS_OF_FORM
from alloc.study.forms.layout_file import read_layouts

__all__ = ["KINDS_OF_FORM", "fill_form", "read_layouts"]
