"""Decide how a fixed yearly aid budget is spent, prove how good the plan is, and explain it."""

from typing import TYPE_CHECKING

from alloc.errors import AllocError, AuditError, Fault, InstanceError, RequestError, SolveError

if TYPE_CHECKING:
    __version__: str
    from alloc.instance import Instance, inspect, read, write
    from alloc.run import Run, solve
    from alloc.study.alternatives import Alternatives, alternatives
    from alloc.study.compare.diff import Difference, diff
    from alloc.study.compare.verify import Verification, verify
    from alloc.study.frontier import Frontier, frontier
    from alloc.study.sensitivity import Sensitivity, sensitivity
    from alloc.study.sweep.study import Sweep, sweep

_ROOMS = {
    "Alternatives": "alloc.study.alternatives",
    "Frontier": "alloc.study.frontier",
    "Instance": "alloc.instance",
    "inspect": "alloc.instance",
    "read": "alloc.instance",
    "sensitivity": "alloc.study.sensitivity",
    "write": "alloc.instance",
    "Run": "alloc.run",
    "alternatives": "alloc.study.alternatives",
    "frontier": "alloc.study.frontier",
    "Sensitivity": "alloc.study.sensitivity",
    "solve": "alloc.run",
    "Difference": "alloc.study.compare.diff",
    "diff": "alloc.study.compare.diff",
    "Verification": "alloc.study.compare.verify",
    "verify": "alloc.study.compare.verify",
    "Sweep": "alloc.study.sweep.study",
    "sweep": "alloc.study.sweep.study",
}

__all__ = [
    "AllocError",
    "Alternatives",
    "AuditError",
    "Difference",
    "Fault",
    "Frontier",
    "Instance",
    "InstanceError",
    "RequestError",
    "Run",
    "Sensitivity",
    "SolveError",
    "Sweep",
    "Verification",
    "alternatives",
    "diff",
    "frontier",
    "inspect",
    "read",
    "sensitivity",
    "solve",
    "sweep",
    "verify",
    "write",
]


if not TYPE_CHECKING:  # for those who check types there is nothing but the names above

    def __getattr__(name: str) -> object:
        """Load a room when a name in it is first used: `alloc --help` must not wait for the solver."""
        if name == "__version__":
            from importlib.metadata import version

            return version("alloc")
        if name not in _ROOMS:
            raise AttributeError(f"module 'alloc' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)
