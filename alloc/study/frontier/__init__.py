"""Two objectives set against each other: what more of one costs of the other, each point a plan with its proof."""

from alloc.study.frontier.study import Frontier, Point, frontier

__all__ = ["Frontier", "Point", "frontier"]
