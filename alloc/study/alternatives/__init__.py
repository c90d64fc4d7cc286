"""Plans nearly as good as the best that spend the money elsewhere; or all the best plans, where there are several."""

from alloc.study.alternatives.study import Alternative, Alternatives, alternatives

__all__ = ["Alternative", "Alternatives", "alternatives"]
