"""Decide how a fixed yearly aid budget is spent, prove how good the plan is, and explain it."""

from typing import TYPE_CHECKING, Any

from alloc.errors import AllocError, AuditError, Fault, InstanceError, RequestError, SolveError

if TYPE_CHECKING:
    from alloc.instance import Instance, inspect, read, write
    from alloc.run import Run, solve
    from alloc.study.sensitivity import Sensitivity, sensitivity
    from alloc.study.sweep.study import Sweep, sweep

_ROOMS = {
    "Instance": "alloc.instance",
    "inspect": "alloc.instance",
    "read": "alloc.instance",
    "sensitivity": "alloc.study.sensitivity",
    "write": "alloc.instance",
    "Run": "alloc.run",
    "Sensitivity": "alloc.study.sensitivity",
    "solve": "alloc.run",
    "Sweep": "alloc.study.sweep.study",
    "sweep": "alloc.study.sweep.study",
}

__all__ = [
    "AllocError",
    "AuditError",
    "Fault",
    "Instance",
    "InstanceError",
    "RequestError",
    "Run",
    "Sensitivity",
    "SolveError",
    "Sweep",
    "inspect",
    "read",
    "sensitivity",
    "solve",
    "sweep",
    "write",
]


def __getattr__(name: str) -> Any:
    """Load a room when a name in it is first used: `alloc --help` must not wait for the solver."""
    if name not in _ROOMS:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(_ROOMS[name]), name)
