"""What sweeps and studies of sensitivity share: one question solved under many overrides, each of which is a point."""

from alloc.study.points.batch import Batch, PointPool, make_batch, open_points
from alloc.study.points.point import AUDIT_FAILED, FAILED, FAULT, Overrides, Point, scales, sum_aid
from alloc.study.points.point_solver import PointQuestion, PointSolver, SolvedPoint
from alloc.study.points.store import KeptPoints, open_kept

__all__ = [
    "AUDIT_FAILED",
    "FAILED",
    "FAULT",
    "Batch",
    "KeptPoints",
    "Overrides",
    "Point",
    "PointPool",
    "PointQuestion",
    "PointSolver",
    "SolvedPoint",
    "make_batch",
    "open_kept",
    "open_points",
    "scales",
    "sum_aid",
]
