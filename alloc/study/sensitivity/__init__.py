"""How sensitive the answer and the decision are to the figures that nobody is sure of."""

from alloc.study.sensitivity.result import Sensitivity
from alloc.study.sensitivity.search import METHODS, sensitivity

__all__ = ["METHODS", "Sensitivity", "sensitivity"]
