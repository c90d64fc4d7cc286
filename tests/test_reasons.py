"""What is said of a measure left out, and of money left: facts of the plan, each for a question where they hold.

The questions are worked by hand: which measure is left out, and what else could be said of it, is plain to see.
"""

import pytest
from conftest import Raw, asked, instance_of, one_measure, rivals, stands

from alloc import solve
from alloc.report import reasons
from alloc.report.shown import ShownPlan
from alloc.texts import catalogue

BEST = "not in the best plan; "
RULE = {"name": "few", "type": "count", "max": 1}
IDLE = {"category": "technology", "jobs": 0}
"""A measure that brings nothing."""


def said(raw: Raw, m: str, lang: str = "en") -> str:
    """Return what is said of a measure."""
    run = solve(instance_of(raw), lang=lang)
    row = run.measures.set_index("measure").loc[m]
    assert not row["funded"]
    return str(row["reason"])


def left(raw: Raw, f: str = "aid", lang: str = "en") -> tuple[float, str]:
    """Return what a fund has left, and what is said of it."""
    run = solve(instance_of(raw), lang=lang)
    row = run.funds.set_index("fund").loc[f]
    return float(row["unspent"]), str(row["why_unspent"])


def capped(**keys: object) -> Raw:
    """Return a rule that allows its selection no money."""
    return {"name": "none", "type": "amount", "max": 0, "fund": "all", **keys}


OF_MEASURES = {
    "reason_not_eligible": (rivals(measures={"pens": {"eligible": False}}), "not eligible", "不合格"),
    "its own reason": (
        rivals(measures={"pens": {"eligible": False, "reason": "not appraised"}}),
        "not appraised",
        "not appraised",
    ),
    "reason_no_fund": (
        rivals(funds={"aid": {"categories": ["training"]}}),
        "no fund may pay for it",
        "没有资金可以支付",
    ),
    "reason_requires": (
        rivals(measures={"pens": {"requires": ["courses"]}, "courses": {"eligible": False, "reason": "x"}}),
        "requires courses, which is not funded",
        "需要“courses”，而它未获资助",
    ),
    "reason_excluded": (
        rivals(measures={"pens": {"excludes": ["courses"]}, "courses": {"jobs": 2, "name": "Courses"}}),
        "excluded by Courses (courses), which is funded",
        "与已资助的“courses”互斥",
    ),
    "reason_excluded the other way": (
        rivals(measures={"courses": {"excludes": ["pens"], "jobs": 2}}),
        "excluded by courses, which is funded",
        "与已资助的“courses”互斥",
    ),
    "reason_count": (
        rivals(measures={"courses": {"jobs": 2, "max_units": 60}}, rules=[RULE]),
        BEST + "the rule 'few' is full (1 of 1)",
        "未列入最优方案；规则“few”名额已满（1 项中已有 1 项）",
    ),
    "reason_rules": (
        rivals(measures={"courses": {"max_units": 40}}, rules=[capped(of={"measure": "pens"})]),
        BEST + "at their limit, and it counts towards them: none",
        "未列入最优方案；以下与其有关的规则已达限额：none",
    ),
    "reason_no_baseline": (
        asked(industries={"sheep": {}, "wool": {}}, measures={"pens": {"industry": "wool"}}),
        BEST + "wool has no baseline row in cele",
        "未列入最优方案；cele没有wool的基线行",
    ),
    "reason_bottleneck": (
        asked(baseline=[stands(training=0)]),
        BEST + "what limits sheep in cele there is training, not infrastructure",
        "未列入最优方案；方案中celesheep的瓶颈是培训，不是配套设施",
    ),
    "reason_people": (
        rivals(counties={"cele": {"jobseekers": 0}}),
        BEST + "no jobseekers are left in cele",
        "未列入最优方案；cele已无求职者",
    ),
    "reason_strict": (
        one_measure(aid_money=60, national_money=30, national="supplement-strict", national_ceiling=40, min_units=35),
        BEST + "aid may enter only once national money has reached 40 万元 there, and national funds have 30 万元 left",
        "未列入最优方案；国家资金达到 40 万元后援助资金才可进入，而国家资金只剩 30 万元",
    ),
    "reason_money": (
        rivals(measures={"courses": {"jobs": 2, "min_units": 88.75, "max_units": 88.75}, "pens": {"min_units": 12}}),
        BEST + "its funds have 11.2 万元 left in cele, it costs at least 12 万元",
        "未列入最优方案；可用资金在cele剩余 11.2 万元，至少需要 12 万元",
    ),
    "reason_spent": (
        rivals(measures={"courses": {"jobs": 2}}),
        BEST + "its funds have nothing left in cele",
        "未列入最优方案；可用资金在cele已无剩余",
    ),
    "reason_worth": (
        rivals(measures={"pens": {"jobs": 0}, "courses": {"max_units": 40}}),
        BEST + "no plan with it is better, within the proven gap",
        "未列入最优方案；在已证明的差距内，包含它的方案不会更好",
    ),
}

OF_FUNDS = {
    "unspent_no_measure": (
        rivals(funds={"aid": {"categories": ["insurance"]}, "more": {"kind": "aid", "amount": 9}}),
        "no eligible measure that it may pay for",
        "没有它可以支付的合格措施",
    ),
    "unspent_full": (
        rivals(measures={"pens": {"max_units": 30}, "courses": {"max_units": 30}}),
        "every measure it may pay for is at its largest scale",
        "它可支付的措施都已达最大规模",
    ),
    "unspent_rules": (
        rivals(rules=[capped(max=70)]),
        "rules at their limit: none",
        "已达限额的规则：none",
    ),
    "unspent_rules of what it is counted out of": (
        rivals(
            measures={"pens": {"max_units": 20}},
            rules=[{**capped(of={"measure": "pens"}), "type": "share", "min": 0.5, "max": None}],
        ),
        "rules at their limit: none",
        "已达限额的规则：none",
    ),
    "unspent_rules of parity": (
        asked(
            counties={"yutian": {}},
            baseline=[stands(infrastructure=0), stands(county="yutian", infrastructure=0)],
            measures={
                "pens": {"max_units": 20},
                "yards": {"county": "yutian", "max_units": 10, "min_units": 10, "committed": True},
            },
            rules=[{"name": "none", "type": "parity", "max": 1}],
        ),
        "rules at their limit: none",
        "已达限额的规则：none",
    ),
    "unspent_supplement": (
        {
            **one_measure(aid_money=60, national_money=60, national="supplement", national_ceiling=40),
            "rules": [{"name": "slowly", "type": "amount", "max": 10, "fund": "national"}],
        },
        "aid may not enter pens: national money has reached neither its ceiling nor the end of its purse there",
        "援助资金不得进入pens：国家资金在该处既未达上限，也未用尽",
    ),
    "unspent_strict": (
        one_measure(aid_money=60, national_money=30, national="supplement-strict", national_ceiling=40),
        "aid may not enter pens: national money has not reached its ceiling there",
        "援助资金不得进入pens：国家资金在该处未达上限",
    ),
    "unspent_full where the nation's purse is at its end": (
        one_measure(aid_money=90, national_money=30, national="supplement", national_ceiling=40),
        "every measure it may pay for is at its largest scale",
        "它可支付的措施都已达最大规模",
    ),
    "unspent_exclusive": (
        one_measure(aid_money=60, national_money=90, national="exclusive", national_ceiling=90),
        "it may not enter pens, where national money pays and the two exclude each other",
        "不得进入pens：该处由国家资金支付，二者互斥",
    ),
    "unspent_share": (
        one_measure(aid_money=60, national_money=40, max_share={"aid": 0.3}),
        "its largest share is reached in pens",
        "在pens中已达最高分担比例",
    ),
    "unspent_share by the name of a fund": (
        asked(
            funds={
                "aid": {"amount": 60},
                "county": {"kind": "local", "amount": 90},
                "city": {"kind": "local", "amount": 5},
            },
            measures={"pens": {"max_units": 100, "max_share": {"aid": 0.3, "county": 0.5}}},
        ),
        "its largest share is reached in pens",
        "在pens中已达最高分担比例",
    ),
    "unspent_people": (
        rivals(counties={"cele": {"jobseekers": 50}}),
        "no jobseekers are left there",
        "当地已无求职者",
    ),
    "unspent_best": (
        asked(baseline=[stands(infrastructure=0, training=50)]),
        "no plan that spends more of it is better, within the proven gap",
        "在已证明的差距内，多用它的方案不会更好",
    ),
}


@pytest.mark.parametrize(("raw", "english", "chinese"), OF_MEASURES.values(), ids=OF_MEASURES)
def test_a_measure_left_out_is_told_by_what_the_plan_shows(raw, english, chinese):
    assert said(raw, "pens") == english
    assert said(raw, "pens", "zh") == chinese


@pytest.mark.parametrize(("raw", "english", "chinese"), OF_FUNDS.values(), ids=OF_FUNDS)
def test_money_left_is_told_by_what_the_plan_shows(raw, english, chinese):
    unspent, told = left(raw)
    assert unspent > 1
    assert told == english
    assert left(raw, lang="zh")[1] == chinese


def test_strict_supplements_are_told_by_the_ceiling_alone():
    # the tables are those of plans that give no aid, and nothing at all; what is said rests on them alone
    strict = one_measure(aid_money=60, national_money=30, national="supplement-strict", national_ceiling=40)
    nothing = {"name": "nothing", "type": "amount", "max": 0}
    plan = solve(instance_of({**one_measure(aid_money=60, national_money=30), "rules": [nothing]}))
    for lang, told in (
        ("en", "aid may not enter pens: national money has not reached its ceiling there"),
        ("zh", "援助资金不得进入pens：国家资金在该处未达上限"),
    ):
        funds = reasons.explain_plan(instance_of(strict), plan.tables, True, lang)["funds"]
        assert list(funds["why_unspent"]) == [told, ""]
    empty = solve(instance_of({**one_measure(aid_money=60, national_money=30), "rules": [{**nothing, "fund": "all"}]}))
    for lang, told in (
        (
            "en",
            "aid may enter only once national money has reached 40 万元 there, and national funds have 30 万元 left",
        ),
        ("zh", "国家资金达到 40 万元后援助资金才可进入，而国家资金只剩 30 万元"),
    ):
        measures = reasons.explain_plan(instance_of(strict), empty.tables, True, lang)["measures"]
        assert list(measures["reason"]) == [{"en": BEST, "zh": "未列入最优方案；"}[lang] + told]


def test_of_money_for_a_county_it_is_said_that_the_total_is_used_up():
    raw = rivals(
        counties={"yutian": {"jobseekers": None}},
        funds={"aid": {"amount": 50, "by_county": {"cele": 50, "yutian": 50}}},
        measures={"yards": {"county": "yutian", "jobs": 2, "category": "infrastructure", "max_units": 200}},
    )
    run = solve(instance_of(raw))
    told = run.funds.set_index("county")["why_unspent"].to_dict()
    assert told == {"cele": "the fund's total amount is used up", "yutian": ""}


def test_national_money_at_its_ceilings_is_told_as_that():
    raw = one_measure(aid_money=60, national_money=60, national_ceiling=20)
    assert left(raw, "national") == (40, "every funded measure is at its national ceiling")
    assert left(raw, "national", "zh") == (40, "所有已资助措施都达到国家资金上限")


def test_of_a_plan_stopped_early_nothing_is_said_that_only_a_proof_could_say():
    run = solve(instance_of(OF_MEASURES["reason_worth"][0]))
    stopped = reasons.explain_plan(run.instance, run.tables, proven=False, lang="en")
    told = stopped["measures"].set_index("measure")["reason"]
    assert told["pens"] == "not in this plan, which is not proven best; the search was stopped early"
    run = solve(instance_of(OF_FUNDS["unspent_best"][0]))
    stopped = reasons.explain_plan(run.instance, run.tables, proven=False, lang="zh")
    assert list(stopped["funds"]["why_unspent"]) == ["搜索提前停止"]


def test_all_that_the_plan_shows_is_said_and_many_names_are_cut_short():
    rules = [capped(name=f"cap {i}", of={"measure": "pens"}) for i in range(5)]
    raw = rivals(measures={"courses": {"jobs": 2}}, rules=rules)
    assert said(raw, "pens") == (
        BEST + "at their limit, and it counts towards them: cap 0; cap 1; cap 2; and 2 more; "
        "its funds have nothing left in cele"
    )
    told = said(raw, "pens", "zh")
    assert told == "未列入最优方案；以下与其有关的规则已达限额：cap 0；cap 1；cap 2；另有2项；可用资金在cele已无剩余"


def test_a_rule_at_its_least_is_not_said_to_hold_back_what_helps_it():
    least = {"name": "some", "type": "amount", "min": 40, "of": {"measure": "courses"}}
    raw = rivals(measures={"pens": {"max_units": 20}, "courses": {"jobs": 0}}, rules=[least])
    assert left(raw) == (40, "no plan that spends more of it is better, within the proven gap")


def test_amounts_are_written_so_that_they_differ():
    assert reasons._apart(11.25, 12) == ("11.2", "12")
    assert reasons._apart(19.99, 20) == ("19.99", "20")
    assert reasons._apart(0.04, 0.2) == ("0.04", "0.2")
    assert reasons._apart(1234567.8, 2e9) == ("1,234,567.8", "2,000,000,000")
    assert reasons._apart(0, 40) == ("0", "40")


def test_each_sentence_about_reasons_has_its_question_here():
    written = {key for key in catalogue() if key.startswith(("reason_", "unspent_"))}
    parts = {
        "reason_strict",
        "unspent_strict",
        "reason_best",
        "reason_found",
        "reason_unsettled",
        "unspent_unsettled",
        "unspent_total",
        "unspent_ceiling",
        "unspent_carried",  # of several years: tests/test_years_use.py
    }
    assert written == parts | {key.split()[0] for key in (*OF_MEASURES, *OF_FUNDS) if "_" in key}


def test_national_money_is_gone_for_a_measure_when_the_last_fund_that_may_pay_has_none_left():
    funds = {name: {"kind": "national", "amount": 50} for name in ("one", "two")}
    run = solve(instance_of(rivals(funds=funds)))
    payers = {"pens": ["aid", "one", "two"]}
    told = []
    for empty in ((), ("one",), ("one", "two")):
        shown = object.__new__(ShownPlan)
        vars(shown).update(instance=run.instance, payers=payers, spent=lambda f, _, empty=empty: f in empty)
        told.append(shown.exhausted("pens"))
    assert told == [False, False, True]
