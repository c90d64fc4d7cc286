"""Synthetic national questions: as many counties as asked, in the shape of hotan-2019, every figure made up.

`ranges.toml` holds every range that is drawn from, next to the range found in instances/hotan-2019.
"""

from alloc.generate.question import generate

__all__ = ["generate"]
