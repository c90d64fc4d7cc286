"""Resources: what money does not buy, what measures take of it and what they add to it."""

import pyomo.environ as pyo

from alloc.instance.effects import effective
from alloc.instance.schema import Instance
from alloc.model.budget import grouped


def add_resources(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what scarce resources can give."""
    resources = instance.resources
    county = {m: row.county for m, row in instance.measures.items()}
    uses = {(r, m): amount for m, row in instance.measures.items() for r, amount in row.uses.items()}
    supplies = {
        (r, m): amount * effective(instance, m)
        for m, row in instance.measures.items()
        for r, amount in row.supplies.items()
        if amount > 0
    }
    users, suppliers = grouped(uses), grouped(supplies)
    local, local_suppliers = (grouped(((r, county[m]), m) for r, m in pairs) for pairs in (uses, supplies))
    shared = {(r, c): amount for r, row in resources.items() for c, amount in row.by_county.items()}
    total = {r: row.amount for r, row in resources.items() if row.amount is not None}
    model.RESOURCES = pyo.Set(initialize=list(total), doc="resources with one amount")
    model.TIED_RESOURCES = pyo.Set(dimen=2, initialize=list(shared), doc="resources by county")
    model.USES = pyo.Set(
        dimen=2,
        initialize=list(uses),
        doc="resources and measures that use them",
    )
    model.USERS = pyo.Set(
        model.RESOURCES, initialize={r: users.get(r, []) for r in total}, doc="measures that use a resource"
    )
    model.LOCAL_USERS = pyo.Set(
        model.TIED_RESOURCES,
        initialize={(r, c): local.get((r, c), []) for r, c in shared},
        doc="measures in a county that use a resource",
    )
    model.SUPPLIES = pyo.Set(dimen=2, initialize=list(supplies), doc="resources and measures that add to them")
    model.ADDERS = pyo.Set(
        model.RESOURCES, initialize={r: suppliers.get(r, []) for r in total}, doc="measures that add to a resource"
    )
    model.LOCAL_ADDERS = pyo.Set(
        model.TIED_RESOURCES,
        initialize={(r, c): local_suppliers.get((r, c), []) for r, c in shared},
        doc="measures in a county that add to a resource",
    )
    model.uses = pyo.Param(
        model.USES,
        initialize=uses,
        doc="resource per unit",
    )
    model.adds = pyo.Param(
        model.SUPPLIES, initialize=supplies, doc="supplies · delivery · (1 − deadweight) [resource per unit]"
    )
    model.resource = pyo.Param(model.RESOURCES, initialize=total, doc="amount of a resource")
    model.local_resource = pyo.Param(model.TIED_RESOURCES, initialize=shared, doc="amount of a resource in a county")

    @model.Expression(model.RESOURCES, doc="use of a resource [its unit]")
    def Used(model, r):
        return sum(model.uses[r, m] * model.Units[m] for m in model.USERS[r])

    @model.Expression(model.TIED_RESOURCES, doc="use of a resource in a county [its unit]")
    def UsedIn(model, r, c):
        return sum(model.uses[r, m] * model.Units[m] for m in model.LOCAL_USERS[r, c])

    @model.Constraint(model.RESOURCES, doc="no more of a resource is used than there is and is added [its unit]")
    def within_resource(model, r):
        return model.Used[r] <= model.resource[r] + sum(model.adds[r, m] * model.Gain[m] for m in model.ADDERS[r])

    @model.Constraint(
        model.TIED_RESOURCES, doc="no more of a resource is used in a county than there is and is added [its unit]"
    )
    def within_local_resource(model, r, c):
        return model.UsedIn[r, c] <= model.local_resource[r, c] + sum(
            model.adds[r, m] * model.Gain[m] for m in model.LOCAL_ADDERS[r, c]
        )
