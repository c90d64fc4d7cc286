"""Faults in Chinese carry Chinese words and a sheet's own column titles; numbers that are compared are told apart."""

import pytest
from openpyxl import load_workbook
from test_instance import QUESTION, in_chinese, lay, lines

from alloc.instance import inspect, read, write
from alloc.instance.wording import tell_apart
from alloc.texts import say

CELLS = [
    ("措施", "category", "配套", "类别: '配套' 不是有效的类别；可用：配套设施、培训、保险、技术、企业补贴"),
    ("措施", "category", "trainning", "类别: 'trainning' 不是有效的类别；是否想写 '培训'？"),
    ("措施", "county", "wset", "县: 'wset' 不在“县”中；是否想写 'west'？"),
    ("措施", "max_units", None, "最大规模: 缺失（最多的单位数）"),
    ("措施", "unit_cost", -1, "单位成本: -1 必须大于或等于 0（万元/单位）"),
    ("措施", "unit_cost", "25%", "单位成本: '25%' 必须是数字"),
    ("措施", "min_share.aid", 12, "最低分担：援助: 12 必须小于或等于 1：请写小数而不是百分数（30 % 写 0.3）"),
    ("措施", "min_units", 99, "最小规模: 下限 99 大于上限 41（规模）"),
    ("资金", "kind", "援", "资金类别: '援' 不是有效的资金类别；可用：援助、国家、地方、企业自筹、农户"),
    ("基线", "infrastructure", 1, "现有工位: 现有岗位 20 超过“现有工位”允许的 1"),
    (
        "规则",
        "type",
        "比率",
        "规则类型: '比率' 不是有效的规则类型；可用：比例、金额、数量、配套、均等、基尼系数、变动、收益",
    ),
    ("规则", "fund", "alll", "哪种资金: 'alll' 不在“资金”中；是否想写 'all'？"),
]


@pytest.mark.parametrize(("sheet", "column", "value", "said"), CELLS, ids=[f"{c[1]}-{c[2]}" for c in CELLS])
def test_a_fault_of_a_chinese_workbook_is_told_in_its_own_words(tmp_path, sheet, column, value, said):
    path = write(read(lay(tmp_path, QUESTION)), tmp_path / "book.xlsx", lang="zh")
    book = load_workbook(path)
    columns = [cell.value for cell in book[sheet][1]]
    row = 6 if column == "min_share.aid" else 4 if (sheet, column) == ("规则", "fund") else 3
    book[sheet].cell(row, columns.index(column) + 1).value = value
    book.save(path)
    found = [fault.say("zh").partition("  ")[2] for fault in inspect(path).faults]
    assert any(line == said or (column == "min_units" and line.endswith(said.partition(": ")[2])) for line in found), (
        found
    )


def test_in_yaml_the_word_to_write_stands_before_its_chinese(tmp_path):
    lay(tmp_path, QUESTION.replace("west, category: training", "wset, category: 培训"))
    assert in_chinese(tmp_path) == [
        "instance.yaml:31  measures.course.category: '培训' 不是有效的类别；"
        "可用：infrastructure（配套设施）、training（培训）、"
        "insurance（保险）、technology（技术）、enterprise（企业补贴）",
        "instance.yaml:31  measures.course.county: 'wset' 不在“县”中；是否想写 'west'？",
    ]


def test_settings_are_called_by_their_titles(tmp_path):
    path = write(read(lay(tmp_path, QUESTION)), tmp_path / "book.xlsx", lang="zh")
    book = load_workbook(path)
    next(row for row in book["设置"].iter_rows() if row[0].value == "year")[1].value = "soon"
    book.save(path)
    assert [fault.say("zh").partition("  ")[2] for fault in inspect(path).faults] == ["财政年度: 'soon' 必须是整数"]


def test_probabilities_that_nearly_sum_to_one_show_the_digits_that_differ(tmp_path):
    lay(tmp_path, QUESTION.replace("probability: 0.75", "probability: 0.7499999"))
    assert [line.partition("  ")[2] for line in lines(tmp_path)] == [
        "scenarios: the probabilities sum to 0.9999999, not to 1"
    ]
    assert [line.partition("  ")[2] for line in in_chinese(tmp_path)] == ["scenarios: 概率之和为 0.9999999，不等于 1"]


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        (1.0000001, 1.0, "1.0000001 1"),
        (2000001.0, 2000000.0, "2000001 2000000"),
        (3.0, 2.0, "3 2"),
        (0.3, 0.2, "0.3 0.2"),
    ],
)
def test_two_numbers_are_shown_with_the_digits_that_tell_them_apart(one, other, shown):
    assert "{:g} {:g}".format(*tell_apart(one, other)) == shown


@pytest.mark.parametrize(
    ("text", "count", "said"),
    [
        ("check_faults", 1, "1 fault"),
        ("check_faults", 2, "2 faults"),
        ("check_faults", 0, "0 faults"),
        ("more_faults", 1, "and 1 more fault here"),
        ("more_faults", 21, "and 21 more faults here"),
    ],
)
def test_one_is_not_several(text, count, said):
    assert say(text, count=count) == said
    assert say(text, "zh", count=count)
