"""The whole MIP as a file for any other solver."""

from pathlib import Path

import pyomo.core as pyo


def written(model: pyo.ConcreteModel, target: Path) -> None:
    """Write the model as MPS or LP, by the ending of the file, with readable names."""
    import pyomo.environ  # noqa: F401 - registers the writers, and takes half a second that only they need

    target.parent.mkdir(parents=True, exist_ok=True)
    model.write(str(target), io_options={"symbolic_solver_labels": True})
