"""Many points of one question, planned in a file: what changes, how it is put together, what is kept."""

from alloc.study.sweep.result import Forecast, Sweep
from alloc.study.sweep.search import forecast, sweep

__all__ = ["Forecast", "Sweep", "forecast", "sweep"]
