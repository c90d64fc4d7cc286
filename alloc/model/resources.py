"""Resources: what money does not buy, what measures take of it and what they add to it."""

from collections.abc import Iterable

import pyomo.core as pyo

from alloc.instance.effects import effective
from alloc.instance.schema import Instance
from alloc.model.columns import Param, amounts, given, group, members_of


def add_resources(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare what scarce resources can give."""
    resources, measures = instance.resources, instance.measures
    uses = {(r, m): amount for (m, r), amount in amounts(measures, "uses").items()}
    adds = {(r, m): x * effective(instance, m) for (m, r), x in amounts(measures, "supplies").items() if x > 0}
    users, adders = group(uses), group(adds)
    local_users, local_adders = _local(instance, uses), _local(instance, adds)
    shared, total = amounts(resources, "by_county"), given(resources, "amount")
    model.RESOURCES = pyo.Set(initialize=list(total), doc="resources with one amount")
    model.TIED_RESOURCES = pyo.Set(dimen=2, initialize=list(shared), doc="resources by county")
    model.USES = pyo.Set(dimen=2, initialize=list(uses), doc="resources and measures that use them")
    model.USERS = pyo.Set(model.RESOURCES, initialize=members_of(users), doc="measures that use a resource")
    model.LOCAL_USERS = pyo.Set(
        model.TIED_RESOURCES, initialize=members_of(local_users), doc="measures in a county that use a resource"
    )
    model.SUPPLIES = pyo.Set(dimen=2, initialize=list(adds), doc="resources and measures that add to them")
    model.ADDERS = pyo.Set(model.RESOURCES, initialize=members_of(adders), doc="measures that add to a resource")
    model.LOCAL_ADDERS = pyo.Set(
        model.TIED_RESOURCES, initialize=members_of(local_adders), doc="measures in a county that add to a resource"
    )
    model.uses = Param(model.USES, initialize=uses, doc="resource per unit")
    model.adds = Param(
        model.SUPPLIES, initialize=adds, doc="supplies · delivery · (1 − deadweight) [resource per unit]"
    )
    model.resource = Param(model.RESOURCES, initialize=total, doc="amount of a resource")
    model.local_resource = Param(model.TIED_RESOURCES, initialize=shared, doc="amount of a resource in a county")
    _limit_resources(model)


def _local(instance: Instance, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Return the measures of pairs of resource and measure, by resource and county."""
    return group(((r, instance.measures[m].county), m) for r, m in keys)


def _limit_resources(model: pyo.ConcreteModel) -> None:
    """Limit what measures use of a resource by what there is and what is added."""

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
