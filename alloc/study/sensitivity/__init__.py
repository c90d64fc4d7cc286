"""How sensitive the answer and the decision are to the figures that nobody is sure of."""

from alloc.study.sensitivity.study import METHODS, Sensitivity, sensitivity

__all__ = ["METHODS", "Sensitivity", "sensitivity"]
