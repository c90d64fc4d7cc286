"""Two objectives set against each other: what more of one costs of the other, each point a plan with its proof."""

from alloc.study.frontier.point import FrontierPoint
from alloc.study.frontier.result import Curve, Frontier
from alloc.study.frontier.search import frontier

__all__ = ["Curve", "Frontier", "FrontierPoint", "frontier"]
