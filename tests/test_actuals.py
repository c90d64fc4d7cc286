"""What became of a plan is read from a workbook or CSV files, and every mistake in it is told at its cell."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

import alloc
from alloc.errors import InstanceError, RequestError
from alloc.study.follow.actuals import Actuals, CountedJobs, Delivery, Payment, read_actuals

QUESTION = """\
alloc: 1
name: year
year: 2019
counties:
  west: {name: West, name_zh: 西县, jobseekers: 50}
industries:
  dairy: {productivity: 5}
baseline:
  - {county: west, industry: dairy, jobs: 10, infrastructure: 10, training: 10, enterprise: 10}
measures:
  barn: {name_zh: 牛棚, county: west, category: infrastructure, industry: dairy, unit_cost: 2, max_units: 20, effect: 1}
  course: {county: west, category: training, unit_cost: 1, max_units: 20, effect: 1}
funds:
  aid: {kind: aid, amount: 30, name_zh: 援助}
  other: {kind: local, amount: 10}
"""


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> alloc.Instance:
    path = tmp_path_factory.mktemp("actuals") / "year.yaml"
    path.write_text(QUESTION, encoding="utf-8")
    return alloc.read(path)


def lay(folder: Path, **tables: str) -> Path:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_table_that_lacks_a_column_is_at_fault_and_not_passed_over(instance: alloc.Instance, tmp_path: Path) -> None:
    folder = lay(tmp_path, payments="measure,fund,paied\nbarn,aid,8\n", deliveries="措施,accepted\nbarn,9\n", jobs="")
    with pytest.raises(InstanceError) as raised:
        read_actuals(folder, instance)
    told = [str(fault).removeprefix(str(tmp_path)) for fault in raised.value.faults]
    missing = "this column is required and is missing; found: "
    assert told == [
        f"/payments.csv:1  paid: {missing}measure, fund, paied; is 'paied' meant for it?",
        f"/deliveries.csv:1  units: {missing}措施, accepted",
    ]
    book = openpyxl.Workbook()
    book.active.title = "支付"
    book.active.append(["措施", "资金", "钱"])
    book.save(tmp_path / "told.xlsx")
    with pytest.raises(InstanceError, match=r"told\.xlsx:支付  paid: this column is required and is missing"):
        read_actuals(tmp_path / "told.xlsx", instance)


def test_a_heading_like_that_of_a_column_which_may_be_left_out_is_asked_about(
    instance: alloc.Instance, tmp_path: Path
) -> None:
    """Columns of a planner's own, like a remark, are nobody's business."""
    folder = lay(tmp_path, payments="measure,fund,paid,dat,remark of ours\nbarn,aid,8,2019-03-31,x\n")
    found = read_actuals(folder, instance)
    assert found.payments == (Payment("barn", "aid", 8.0),)
    told = [str(fault).removeprefix(str(tmp_path)) for fault in found.warnings]
    assert told == ["/payments.csv:1  dat: this column is not read; did you mean 'date'?"]


def test_a_table_under_another_name_is_told_not_to_be_read(instance: alloc.Instance, tmp_path: Path) -> None:
    folder = lay(tmp_path, payment="measure,fund,paid\nbarn,aid,8\n", deliveries="measure,units,accepted\nbarn,9,9\n")
    found = read_actuals(folder, instance)
    assert found.payments == ()
    told = [str(fault).removeprefix(str(tmp_path)) for fault in found.warnings]
    assert told == ["/payment.csv  this file is not read; the tables are payments.csv, deliveries.csv, jobs.csv"]


def test_csv_files_and_a_workbook_say_the_same(instance: alloc.Instance, tmp_path: Path) -> None:
    expected = Actuals(
        (Payment("barn", "aid", 8.0, date(2019, 3, 31)), Payment("barn", "aid", 4.0), Payment("course", "other", 2.5)),
        (Delivery("barn", 6.0, 5.0, "one roof leaks"),),
        (CountedJobs("west", "dairy", 14.0, 40.0),),
    )
    folder = lay(
        tmp_path,
        payments="measure,fund,paid,date\nbarn,aid,8,2019-03-31\n牛棚,援助,4,\ncourse,other,2.5,\ncourse,aid,,\n",
        deliveries="measure,units,accepted,note\nbarn,6,5,one roof leaks\ncourse,,,\n",
        jobs="county,industry,jobs,jobseekers\n西县,dairy,14,40\n",
    )
    assert read_actuals(folder, instance) == expected
    book = openpyxl.Workbook()
    book.remove(book.active)
    paid = [["barn", "aid", 8, date(2019, 3, 31)], ["barn", "aid", 4, None], ["course", "other", 2.5, None]]
    sheets = {
        "支付": [["措施", "资金", "已支付\n(万元)", "日期"], *paid],
        "交付": [["措施", "已完成数量", "已验收数量", "备注"], ["牛棚", 6, 5, "one roof leaks"]],
        "jobs": [["County", "Industry", "Jobs today", "Jobseekers of the county today"], ["West", "dairy", 14, 40]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "actuals.xlsx")
    assert read_actuals(tmp_path / "actuals.xlsx", instance) == expected


def test_payments_and_deliveries_of_one_measure_add_up(instance: alloc.Instance, tmp_path: Path) -> None:
    folder = lay(
        tmp_path,
        payments="measure,fund,paid\nbarn,aid,8\nbarn,aid,4\nbarn,other,1\n",
        deliveries="measure,units,accepted\nbarn,3,2\nbarn,2,2\n",
    )
    found = read_actuals(folder, instance)
    assert found.add_paid() == {("barn", "aid"): 12.0, ("barn", "other"): 1.0}
    assert found.add_delivered() == {"barn": 5.0}
    assert found.add_accepted() == {"barn": 4.0}
    assert found.jobs == ()


MISTAKES = {
    "payments": [
        ("bran,aid,1,", "payments.csv:2  measure: 'bran' is not a measure of this instance; did you mean 'barn'?"),
        ("barn,aids,1,", "payments.csv:2  fund: 'aids' is not a fund of this instance; did you mean 'aid'?"),
        ("barn,aid,-1,", "payments.csv:2  paid: -1 is below 0; 0 or more is expected"),
        ("barn,aid,much,", "payments.csv:2  paid: 'much' is not a number"),
        ("barn,aid,1,in May", "payments.csv:2  date: 'in May' is not a day, such as 2019-06-30"),
        ("barn,aid,1,2019年2月30日", "payments.csv:2  date: '2019年2月30日' is not a day, such as 2019-06-30"),
    ],
    "deliveries": [
        (
            "barn,4,5,",
            "deliveries.csv:2  accepted: 5 units are accepted, but only 4 delivered; accepted units are among those "
            "delivered",
        ),
        ("barn,-4,0,", "deliveries.csv:2  units: -4 is below 0; 0 or more is expected"),
    ],
    "jobs": [
        ("wset,dairy,1,", "jobs.csv:2  county: 'wset' is not a county of this instance; did you mean 'west'?"),
        ("west,diary,1,", "jobs.csv:2  industry: 'diary' is not an industry of this instance; did you mean 'dairy'?"),
        ("west,dairy,1,\nwest,dairy,2,", "jobs.csv:3  county: dairy of west is counted in an earlier row already"),
    ],
}
HEADS = {
    "payments": "measure,fund,paid,date",
    "deliveries": "measure,units,accepted,note",
    "jobs": "county,industry,jobs,jobseekers",
}


@pytest.mark.parametrize(("table", "row", "said"), [(t, *pair) for t, pairs in MISTAKES.items() for pair in pairs])
def test_a_mistake_is_told_at_its_place(
    instance: alloc.Instance, tmp_path: Path, table: str, row: str, said: str
) -> None:
    folder = lay(tmp_path, **{table: f"{HEADS[table]}\n{row}\n"})
    with pytest.raises(InstanceError) as error:
        read_actuals(folder, instance)
    assert error.value.say().replace(f"{folder}/", "") == said


def test_all_mistakes_are_told_at_once_and_in_chinese(instance: alloc.Instance, tmp_path: Path) -> None:
    folder = lay(
        tmp_path,
        payments="measure,fund,paid\nbran,aid,-1\n",
        deliveries="measure,units,accepted\nbarn,1,2\n",
        jobs="county,industry,jobs,jobseekers\nwest,dairy,1,40\nwest,dairy,2,41\n",
    )
    with pytest.raises(InstanceError) as error:
        read_actuals(folder, instance)
    lines = error.value.say("zh").replace(f"{folder}/", "").split("\n")
    assert lines == [
        "payments.csv:2  measure: “bran”不是本实例的措施；是否想写 'barn'？",
        "payments.csv:2  paid: -1 小于 0；应不小于 0",
        "deliveries.csv:2  accepted: 已验收 2，但只完成 1；已验收数量不应超过已完成数量",
        "jobs.csv:3  county: 前面的行已统计 west 的 dairy",
        "jobs.csv:3  jobseekers: west 的求职人数为 41，但前面的行写的是 40",
    ]


def test_a_day_of_another_year_is_doubtful_and_nothing_to_read_is_refused(
    instance: alloc.Instance, tmp_path: Path
) -> None:
    folder = lay(tmp_path, payments="measure,fund,paid,date\nbarn,aid,1,2020/1/5\n")
    found = read_actuals(folder, instance)
    assert found.payments[0].date == date(2020, 1, 5)
    assert [fault.say().rpartition("  ")[2] for fault in found.warnings] == ["date: 2020-01-05 is not a day of 2019"]
    with pytest.raises(RequestError) as error:
        read_actuals(tmp_path / "nothing", instance)
    assert error.value.say().endswith(
        "nothing is no workbook and no folder with any of the tables payments, deliveries, jobs"
    )


def test_a_cell_of_a_workbook_is_named_as_alloc_check_names_it(instance: alloc.Instance, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "支付"
    for row in (["措施", "资金", "已支付"], ["牛棚", None, True]):
        book.active.append(row)
    book.save(tmp_path / "told.xlsx")
    with pytest.raises(InstanceError) as raised:
        read_actuals(tmp_path / "told.xlsx", instance)
    place = f"{tmp_path}/told.xlsx:支付"
    assert raised.value.say("zh").split("\n") == [f"{place}!B2  资金: 不能为空", f"{place}!C2  已支付: “TRUE”不是数字"]
    assert raised.value.say("en").endswith(f"{place}!C2  paid: 'TRUE' is not a number")
