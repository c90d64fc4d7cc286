"""A text where a number should be is answered with the number that it means in its column, or with a question."""

import pytest
from test_instance import QUESTION, TABLES, lay, tabled

from alloc.instance import inspect
from alloc.instance.numerals import advise

MEANT = [
    ("30%", "0-1", "0.3"), ("30 %", "0-1", "0.3"), ("３０％", "0-1", "0.3"), ("20‰", "0-1", "0.02"),
    ("3成", "0-1", "0.3"),
    ("百分之30", "0-1", "0.3"), ("12.5%", "1", "0.125"), ("150%", "money per money", "1.5"),
    ("3.5亿元", "money", "35000"), ("3.5 亿", "money", "35000"), ("120万元", "money", "120"), ("5千元", "money", "0.5"),
    ("300元", "money", "0.03"), ("2百万元", "money", "200"), ("8万元/个", "money per unit", "8"),
    ("1.5 million", "money", "150"),
    ("120", "money", "120"), ("1,200", "money", "1200"), ("1,234,567.5", "money", "1234567.5"),
    ("1 200\u00a0", "money", "1200"),
    ("16万", "persons", "160000"), ("16万人", "persons", "160000"), ("1.6 千 人", "persons", "1600"),
    ("25人", "jobs", "25"),
    ("１２０", "persons", "120"), ("－1.5", "1", "-1.5"),
    ("\u22121", "1", "-1"), ("065225", "1", "65225"),
    ("+3", "1", "3"),
    ("0.1%", "0-1", "0.001"), ("1e3", "units", "1000"), ("12\u200b0", "units", "120"), ("٣٠", "units", "30"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "unit", "meant"), MEANT)
def test_a_text_means_one_number_in_the_unit_of_its_column(text, unit, meant):
    assert advise(text, unit) == ("text_number", {"meant": meant})


@pytest.mark.parametrize("text", ["1.234,5", "0,25", "12,5", "1.234.567", "1,23,456", "0,250", "1,2345"])
def test_no_value_is_offered_where_either_mark_may_be_the_decimal_one(text):
    assert advise(text, "money") == ("which_mark", {})


@pytest.mark.parametrize(
    ("text", "unit"), [("¥120", "money"), ("$5", "money"), ("120美元", "money"), ("500万", "its unit")]
)
def test_no_value_is_offered_where_the_unit_is_not_known(text, unit):
    assert advise(text, unit) == ("number_alone", {})


@pytest.mark.parametrize(
    ("text", "unit"),
    [("cheap", "money"), ("30%", "money"), ("30%", "persons"), ("120元", "persons"), ("100-200", "money"),
    ("12 34", "1"),
     ("", "1"), ("-", "1"), ("万", "1"), ("1:30", "1"), ("9" * 60, "1"), ("3%元", "0-1")],
)  # fmt: skip
def test_what_is_like_no_number_of_the_column_gets_no_advice(text, unit):
    assert advise(text, unit) is None


@pytest.mark.parametrize(
    ("money", "found"),
    [({"unit": 1}, ("text_number", {"meant": "350000000"})), ({"unit": 1e8}, ("text_number", {"meant": "3.5"})),
     ({"currency": "USD"}, ("number_alone", {})), ({"unit": "万元"}, ("number_alone", {}))],
)  # fmt: skip
def test_money_is_counted_in_the_unit_of_the_instance(money, found):
    assert advise("3.5亿元", "money", money) == found


def test_the_same_text_is_answered_alike_in_yaml_and_csv_in_both_languages(tmp_path):
    lay(tmp_path / "yaml", QUESTION.replace("amount: 100", "amount: 3.5亿元").replace("min: 0.3", "min: 30%"))
    funds = TABLES["funds"].replace("aid,aid,100", "aid,aid,3.5亿元")
    rules = TABLES["rules"].replace(",0.3,", ",30%,")
    lay(tmp_path / "csv", tabled("funds", "rules"), {"funds.csv": funds, "rules.csv": rules})
    for form in ("yaml", "csv"):
        found = inspect(tmp_path / form).faults
        english, chinese = (sorted(fault.say(lang).partition(": ")[2] for fault in found) for lang in ("en", "zh"))
        assert english == [
            "'3.5亿元' is text that looks like a number: type 35000 as a number",
            "'30%' is text that looks like a number: type 0.3 as a number",
        ]
        assert chinese == [
            "'3.5亿元' 是看起来像数字的文本：请改为数字 35000",
            "'30%' 是看起来像数字的文本：请改为数字 0.3",
        ]
