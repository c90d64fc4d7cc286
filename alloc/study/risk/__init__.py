"""What planning for bad years is worth: the recourse problem, the plan of mean figures, wait-and-see, and insurance."""

from alloc.study.risk.result import CurvePoint, Fresh, Insurance, Proven, RiskStudy, Years
from alloc.study.risk.search import risk

__all__ = ["CurvePoint", "Fresh", "Insurance", "Proven", "RiskStudy", "Years", "risk"]
