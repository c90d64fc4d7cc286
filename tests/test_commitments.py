"""Commitments that cannot be paid are faults with the sum, the funds and what is lacking; and only these are."""

from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from test_instance import QUESTION, TABLES, lay, tabled

from alloc.instance import inspect
from alloc.instance.commitments import commitments_are_paid
from alloc.instance.money import eligible_funds
from alloc.instance.schema import KINDS, Document

CAMPAIGN = """\
alloc: 1
name: campaign
year: 2024
counties: {all: {}}
funds:
  budget: {kind: aid, amount: 60}
measures:
  tv: {county: all, category: technology, unit_cost: 1, min_units: 24, max_units: 36, committed: true, jobs: 1}
  radio: {county: all, category: training, unit_cost: 1, min_units: 16, max_units: 24, committed: true, jobs: 0.8}
  search: {county: all, category: enterprise, unit_cost: 1, min_units: 32, max_units: 48, committed: true, jobs: 1.5}
"""


def said(path: Any, lang: str = "en") -> list[str]:
    return [fault.say(lang).rpartition("/")[2] for fault in inspect(path).faults]


def test_commitments_of_72_against_a_purse_of_60_lack_12(tmp_path):
    path = lay(tmp_path, CAMPAIGN)
    assert said(path) == [
        "instance.yaml:8  measures.tv.committed: what is committed costs at least 72 together (tv, radio, search), "
        "and what may pay for it is 60 (budget 60): 12 万元 is lacking"
    ]
    assert said(path, "zh") == [
        "instance.yaml:8  measures.tv.committed: 已承诺的措施合计至少需 72（tv, radio, search），"
        "可用于支付的资金为 60（budget 60）：缺 12 万元"
    ]
    assert said(lay(tmp_path, CAMPAIGN.replace("amount: 60", "amount: 72"))) == []


def test_a_commitment_that_others_can_pay_is_not_named(tmp_path):
    more = "  own: {kind: local, amount: 30, categories: [training]}\nmeasures:"
    found = said(lay(tmp_path, CAMPAIGN.replace("amount: 60", "amount: 50").replace("measures:", more)))
    assert found == [
        "instance.yaml:9  measures.tv.committed: what is committed costs at least 56 together (tv, search), "
        "and what may pay for it is 50 (budget 50): 6 万元 is lacking"
    ]


def test_what_a_commitment_requires_is_counted_with_it(tmp_path):
    text = CAMPAIGN.replace("amount: 60", "amount: 70")
    text = text.replace("16, max_units: 24, committed: true", "16, max_units: 24")
    assert said(lay(tmp_path, text)) == []
    (line,) = said(lay(tmp_path, text.replace("jobs: 1}", "jobs: 1, requires: radio}")))
    assert "costs at least 72 together (tv, search, radio)" in line


def test_money_by_county_and_whole_units_are_minded(tmp_path):
    text = CAMPAIGN.replace("amount: 60", "by_county: {all: 72}")
    assert said(lay(tmp_path, text)) == []
    (line,) = said(lay(tmp_path, text.replace("min_units: 24", "integer: true, min_units: 24.2")))
    assert line.endswith("what may pay for it is 72 (budget (all) 72): 1 万元 is lacking")


def test_least_shares_above_one_are_a_fault_of_what_is_committed_and_a_doubt_of_the_rest(tmp_path):
    shares = "min_share: {aid: 0.6, national: 0.5}, "
    text = CAMPAIGN.replace("amount: 60", "amount: 600").replace("unit_cost: 1, min_units: 24", f"{shares}unit_cost: 1")
    path = lay(tmp_path, text)
    assert said(path) == [
        "instance.yaml:8  measures.tv.min_share: the measure is committed, but the least shares of its cost sum to "
        "1.1, "
        "more than 1"
    ]
    assert said(path, "zh") == [
        "instance.yaml:8  measures.tv.min_share: 该措施已承诺，但成本的最低分担比例之和为 1.1，超过 1"
    ]


def test_what_the_nation_has_promised_twice_is_lacking_once(tmp_path):
    planned = CAMPAIGN.replace("funds:", "funds:\n  nation: {kind: national, amount: 20}")
    planned = planned.replace("min_units: 24,", "min_units: 24, national_planned: 15,")
    assert said(lay(tmp_path, planned)) == []
    assert said(lay(tmp_path, planned.replace("min_units: 16,", "min_units: 16, national_planned: 12,"))) == [
        "instance.yaml:9  measures.tv.committed: of what is committed (tv, radio) a part of at least 27 must be paid "
        "by funds that can pay 20 (nation 20): 7 万元 is lacking"
    ]


def test_a_part_that_a_small_fund_must_pay_is_no_whole_cost(tmp_path):
    text = CAMPAIGN.replace("funds:", "funds:\n  nation: {kind: national, amount: 8}")
    text = text.replace("min_units: 24,", "min_units: 24, min_share: {nation: 0.5},")
    (line,) = said(lay(tmp_path, text))
    assert line.endswith(
        "(tv) a part of at least 12 must be paid by funds that can pay 8 (nation 8): 4 万元 is lacking"
    )


def test_the_same_lack_is_told_in_a_csv_file(tmp_path):
    table = TABLES["measures"].replace(",2.5,,,10,", ",2.5,200,,10,")
    assert said(lay(tmp_path, tabled("measures"), {"measures.csv": table})) == [
        "measures.csv:6  committed: what is committed costs at least 200 together (fair), and what may pay for it "
        "is 133 "
        "(aid 100, nation (east) 33): 67 万元 is lacking"
    ]
    assert said(lay(tmp_path, QUESTION)) == []


# --- against another way: a linear program of the payments ----------------------------------------

amounts = st.one_of(st.none(), st.integers(0, 12))
shares = st.dictionaries(st.sampled_from(KINDS[:3]), st.sampled_from([0.2, 0.5, 0.8]), max_size=2)
funds = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS[:3]), "amount": st.integers(0, 12)},
    optional={
        "by_county": st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 6), min_size=1),
        "counties": st.sampled_from([("a",), ("b",)]),
        "categories": st.sampled_from([("training",), ("insurance",)]),
    },
)
measures = st.fixed_dictionaries(
    {
        "county": st.sampled_from(["a", "b"]),
        "category": st.sampled_from(["training", "insurance"]),
        "fixed_cost": st.integers(0, 9),
        "max_units": st.just(1.0),
        "committed": st.booleans(),
    },
    optional={
        "min_share": shares,
        "max_share": shares,
        "national_ceiling": st.integers(1, 6),
        "national_planned": st.integers(1, 6),
    },
)


@settings(max_examples=300, deadline=None)
@example(
    purses=[{"kind": "aid", "amount": 2}, {"kind": "national", "amount": 0}],
    lines=[
        {
            "county": "a", "category": "training", "fixed_cost": 2, "max_units": 1.0, "committed": True,
            "national_planned": 1, "min_share": {"aid": 0.2},
        }
    ],
)  # fmt: skip
@given(st.lists(funds, min_size=1, max_size=4), st.lists(measures, min_size=1, max_size=5))
def test_a_lack_of_money_is_said_exactly_where_a_linear_program_of_the_payments_has_no_answer(purses, lines):
    document = Document.model_validate(
        {
            "alloc": 1, "name": "x", "year": 2020, "counties": {"a": {}, "b": {}},
            "funds": {f"f{i}": fund for i, fund in enumerate(purses)},
            "measures": {f"m{i}": row for i, row in enumerate(lines)},
        }
    )  # fmt: skip
    found = [text for _, text, _ in commitments_are_paid(document, {})]
    if "commitments_unpaid" in found:
        assert not payable(document)
    elif payable(document, purses=False) and not found:
        assert payable(document)


def payable(document: Document, purses: bool = True) -> bool:
    """Tell whether some payments cover every commitment within shares, ceilings and (where asked) purses."""
    pairs = [(m, f) for m, row in document.measures.items() if row.committed for f in eligible_funds(document, m)]
    upper: list[tuple[dict[tuple[str, str], float], float]] = []
    equal: list[tuple[dict[tuple[str, str], float], float]] = []
    for m, row in document.measures.items():
        if not row.committed:
            continue
        equal.append(({pair: 1.0 for pair in pairs if pair[0] == m}, row.fixed_cost))
        for kind in KINDS:
            paid = {(n, f): 1.0 for n, f in pairs if n == m and document.funds[f].kind == kind}
            upper.append((paid, row.max_share.get(kind, 1.0) * row.fixed_cost))
            upper.append((dict.fromkeys(paid, -1.0), -row.min_share.get(kind, 0.0) * row.fixed_cost))
            if kind == "national" and row.national_ceiling is not None:
                upper.append((paid, row.national_ceiling))
            if kind == "national" and row.national_planned is not None:
                equal.append((paid, row.national_planned))
    for f, fund in document.funds.items() if purses else ():
        upper.append(({pair: 1.0 for pair in pairs if pair[1] == f}, fund.amount or 0.0))
        for c, most in (fund.by_county or {}).items():
            upper.append(({(m, g): 1.0 for m, g in pairs if g == f and document.measures[m].county == c}, most))
    if not pairs:
        return all(limit <= 0 for _, limit in equal)

    def matrix(rows: list[tuple[dict[tuple[str, str], float], float]]) -> tuple[Any, Any]:
        return np.array([[of.get(p, 0.0) for p in pairs] for of, _ in rows]), np.array([x for _, x in rows])

    (a, b), (c, d) = matrix(upper), matrix(equal)
    done = linprog([0.0] * len(pairs), A_ub=a, b_ub=b + 1e-9, A_eq=c, b_eq=d) if equal else None
    return done is None or bool(done.status == 0)
