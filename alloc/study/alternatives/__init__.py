"""Plans nearly as good as the best that spend the money elsewhere; or all the best plans, where there are several."""

from alloc.study.alternatives.choice import CountyRange
from alloc.study.alternatives.result import Alternative, Alternatives
from alloc.study.alternatives.search import alternatives

__all__ = ["Alternative", "Alternatives", "CountyRange", "alternatives"]
