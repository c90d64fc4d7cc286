"""Ranges beside figures: how they are written, what is refused, and that they change no plan."""

import pytest
from test_instance import QUESTION, TABLES, lay, tabled, told

import alloc
from alloc.instance.figures import figures

# fmt: off
MISTAKES = [
    ("range_falls", "jobseekers: 60,", "jobseekers: 60, range: {jobseekers: [90, 50]},",
     "counties.west.range.jobseekers", "the low end 90 is above the high end 50"),
    ("range_misses", "jobseekers: 60,", "jobseekers: 60, range: {jobseekers: [70, 90]},",
     "counties.west.range.jobseekers", "the range from 70 to 90 does not contain the figure 60"),
    ("range_misses", "unit_cost: 2.5, max_units: 10, jobs: 1.1,",
     "unit_cost: 2.5, max_units: 10, jobs: 1.1, range: {fixed_cost: [1, 2]},", "measures.fair.range.fixed_cost",
     "the range from 1 to 2 does not contain the figure 0"),
    ("range_outside", "deadweight: 0.15,", "deadweight: 0.15, range: {deadweight: [0.1, 1.2]},",
     "measures.course.range.deadweight", "the range from 0.1 to 1.2 leaves what the figure can be, 0 to 1"),
    ("range_outside", "delivery: {training: 0.8}", "delivery: {training: 0.8}, range: {delivery.training: [-0.1, 1]}",
     "counties.east.range.delivery.training", "the range from -0.1 to 1 leaves what the figure can be, 0 to 1"),
    ("range_no_number", "national: exclusive,", "national: exclusive, range: {national: [1, 2]},",
     "measures.fair.range.national", "'national' is not a single number, so it cannot have a range"),
    ("range_no_number", "delivery: {training: 0.8}", "delivery: {training: 0.8}, range: {delivery: [0.7, 0.9]}",
     "counties.east.range.delivery", "'delivery' is not a single number, so it cannot have a range"),
    ("range_no_number", "jobseekers: 60,", "jobseekers: 60, range: {jobseekers.men: [50, 90]},",
     "counties.west.range.jobseekers.men", "'jobseekers.men' is not a single number, so it cannot have a range"),
    ("range_no_figure", "delivery: {training: 0.8}", "delivery: {training: 0.8}, range: {delivery.insurance: [0.5, 1]}",
     "counties.east.range.delivery.insurance",
     "the row has no figure in 'delivery.insurance' that could vary; write the figure as well"),
    ("unknown_key", "jobseekers: 60,", "jobseekers: 60, range: {jobseeker: [50, 90]},",
     "counties.west.range.jobseeker", "is not a known key; did you mean 'jobseekers'?"),
    ("range_linked", "calm: {probability: 0.75}", "calm: {probability: 0.75, range: {probability: [0.5, 0.8]}}",
     "scenarios.calm.range.probability",
     "probabilities sum to 1, so one of them cannot vary alone; vary hazard or productivity instead"),
    ("range_ends", "jobseekers: 60,", "jobseekers: 60, range: {jobseekers: [50]},", "counties.west.range.jobseekers",
     "[50] must be two numbers: the low end and the high end"),
    ("range_ends", "linkage: 0.02}", "linkage: 0.02, range: {linkage: [0, 1, 2]}}", "objective.range.linkage",
     "[0, 1, 2] must be two numbers: the low end and the high end"),
    ("not_a_list", "jobseekers: 60,", "jobseekers: 60, range: {jobseekers: 50},", "counties.west.range.jobseekers",
     "50 must be a list"),
    ("not_a_number", "jobseekers: 60,", "jobseekers: 60, range: {jobseekers: [50, many]},",
     "counties.west.range.jobseekers[2]", "'many' must be a number"),
    ("range_misses", "max: 9}", "max: 9, range: {max: [10, 12]}}", "rules[5].range.max",
     "the range from 10 to 12 does not contain the figure 9"),
    ("unknown_id", "year: 2020", "spread: {surveys: 0.1}\nyear: 2020", "spread.surveys",
     "'surveys' is not in sources; did you mean 'survey'?"),
    ("above_one_percent", "year: 2020", "spread: {survey: 10}\nyear: 2020", "spread.survey",
     "10 must be 1 or less: a share, not a percentage (0.3 for 30 %)"),
]
# fmt: on


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{m[0]}-{m[3]}" for m in MISTAKES])
def test_a_wrong_range_is_one_fault_with_its_line_its_key_and_what_would_do(tmp_path, mistake):
    text, old, new, key, said = mistake
    assert QUESTION.count(old) == 1
    written = QUESTION.replace(old, new)
    lay(tmp_path, written)
    line = written.count("\n", 0, QUESTION.index(old)) + 1
    assert told(tmp_path) == [(text, f"instance.yaml:{line}  {key}: {said}")]


def test_a_range_in_a_csv_file_is_the_same_as_inline(tmp_path):
    inline = QUESTION.replace(
        "jobseekers: 60,", "jobseekers: 60, range: {jobseekers: [50, 90], delivery.training: [0.5, 1]},"
    ).replace("weight: 1.5,\n", "weight: 1.5, delivery: {training: 0.9},\n")
    table = TABLES["counties"].splitlines()
    table[0] += ",range.jobseekers,range.delivery.training"
    table[2] = "west,,,south,,200000,60,1.5,0.9,assumption,survey,the larger one,50|90,0.5 | 1"
    beside = lay(tmp_path / "beside", tabled("counties"), {"counties.csv": "\n".join(table) + "\n"})
    one, other = alloc.read(lay(tmp_path / "inline", inline)), alloc.read(beside)
    assert one.counties == other.counties
    assert one.counties["west"].range == {"jobseekers": (50, 90), "delivery.training": (0.5, 1)}


def test_a_range_in_a_csv_file_that_is_no_pair_is_told_with_its_line(tmp_path):
    table = TABLES["counties"].replace(",note\n", ",note,range.jobseekers\n").replace("larger one\n", "larger one,50\n")
    lay(tmp_path, tabled("counties"), {"counties.csv": table})
    said = "counties.csv:3  range.jobseekers: [50] must be two numbers: the low end and the high end"
    assert told(tmp_path) == [("range_ends", said)]


def test_a_figure_replaced_by_one_outside_its_range_loses_the_range_and_keeps_it_inside(tmp_path):
    path = lay(tmp_path, QUESTION.replace("jobseekers: 60,", "jobseekers: 60, range: {jobseekers: [50, 90]},"))
    assert alloc.read(path, {"counties.west.jobseekers": 90}).counties["west"].range == {"jobseekers": (50, 90)}
    assert alloc.read(path, {"counties.west.jobseekers": "91"}).counties["west"].range == {}
    ranged = QUESTION.replace("{east: 33, west: 34}", "{east: 33, west: 34}, range: {by_county.east: [30, 40]}")
    path = lay(tmp_path / "map", ranged)
    assert alloc.read(path, {"funds.nation.by_county": {"east": 1}}).funds["nation"].range == {}


def test_figures_tell_their_path_their_value_who_says_it_and_what_they_may_be(tmp_path):
    ranged = QUESTION.replace(
        "delivery: {training: 0.8}", "delivery: {training: 0.8}, range: {delivery.training: [0.5, 1]}"
    )
    instance = alloc.read(lay(tmp_path, ranged))
    known = {figure.path: figure for figure in figures(instance)}
    training = known["counties.east.delivery.training"]
    assert (training.value, training.source, training.ends) == (0.8, "survey", (0.5, 1))
    assert (training.least, training.most) == (0, 1)
    assert known["counties.west.population"].source == "survey"
    assert known["counties.west.jobseekers"].source == "assumption"
    assert not known["counties.east.weight"].written
    assert known["rules.livelihood at least 30 %.min"].value == 0.3
    assert {"baseline.2.jobs", "links.1.buys", "synergies.1.linkage", "objective.linkage"} <= set(known)
    assert not any("probability" in path for path in known)


def test_every_figure_can_be_replaced_by_its_path_with_its_own_value(tmp_path):
    path = lay(tmp_path)
    before = alloc.read(path)
    same = {figure.path: figure.value for figure in figures(before) if figure.written}
    assert len(same) > 80
    assert alloc.read(path, same).model_dump(exclude={"sha256"}) == before.model_dump(exclude={"sha256"})
