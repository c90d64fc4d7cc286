"""What planning for bad years is worth: the recourse problem, the plan of mean figures, wait-and-see, and insurance."""

from alloc.study.risk.result import BadYears, CurvePoint, Fresh, Insurance, Proven, RiskStudy
from alloc.study.risk.search import risk

__all__ = ["BadYears", "CurvePoint", "Fresh", "Insurance", "Proven", "RiskStudy", "risk"]
