"""The documents say what the program does: pages are made from it, and every command in the README runs."""

import re
import shlex
import shutil
import string
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner
from conftest import hasty

from alloc.cli import main
from alloc.instance import dictionary, read
from alloc.model import notation
from alloc.texts import LANGUAGES, catalogue

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {"README.md": README, "alloc/README.zh.md": (ROOT / "alloc/README.zh.md").read_text(encoding="utf-8")}
BLOCKS = {page: re.findall(r"```(\w+)\n(.*?)```", text, flags=re.S) for page, text in PAGES.items()}
in_both_languages = pytest.mark.parametrize("page", PAGES)


def test_the_format_page_is_made_from_the_schema():
    page = (ROOT / "alloc/instance/FORMAT.md").read_text(encoding="utf-8")
    assert page == dictionary.page(), "run: python -m alloc.instance.dictionary > alloc/instance/FORMAT.md"


def test_the_chinese_format_page_is_made_from_the_schema_too():
    page = (ROOT / "alloc/instance/FORMAT.zh.md").read_text(encoding="utf-8")
    assert page == dictionary.page("zh"), "run: python -m alloc.instance.dictionary zh > alloc/instance/FORMAT.zh.md"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_format_page_and_the_schema_for_editors_describe_every_key_of_every_table(lang):
    page, schema = dictionary.page(lang), dictionary.json_schema(lang)
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for part in (schema, *schema["$defs"].values()):
        for key, node in part["properties"].items():
            if key not in ("id", "type"):
                assert f"| `{key}` |" in page or key in dictionary.TABLES or part.get("title") == "Selection", key
                assert (lang == "en") or chinese.search(node["description"]), key
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    assert all(len(row) == 4 for row in rows)


def test_the_formulation_is_made_from_the_model():
    page = (ROOT / "alloc/model/FORMULATION.md").read_text(encoding="utf-8")
    made = notation.page(read(ROOT / "tests/everything"))
    assert page == made, "run: python -m alloc.model.notation tests/everything > alloc/model/FORMULATION.md"


def test_continuous_integration_runs_the_readme_test_command():
    command = (ROOT / ".ci/run").read_text(encoding="utf-8").strip().splitlines()[-1]
    (shown,) = [line for line in README.splitlines() if ".ci/check.py" in line]
    assert command.startswith(shown)


def test_every_text_stands_in_both_languages_with_the_same_places():
    """The same names in the same form: what English can be filled with, Chinese can be filled with too."""

    def places(sentence: str) -> set[tuple[str, str | None, str | None]]:
        parts = string.Formatter().parse(sentence)
        return {(name.partition("|")[0], form, turned) for _, name, form, turned in parts if name}

    for key, sentences in catalogue().items():
        assert set(sentences) == set(LANGUAGES), key
        assert places(sentences["en"]) == places(sentences["zh"]), key


def test_every_text_is_read_alike_without_the_c_library_of_yaml():
    """Some installations of PyYAML have none, and what reads instead is stricter: `{en: Why?, zh: …}` breaks it."""
    pages = [page for page in (ROOT / "alloc").rglob("*.yaml") if page.parent.name == "texts"]
    assert len(pages) > 10
    texts: dict[str, object] = {}
    for page in pages:
        texts |= yaml.load(page.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    assert texts == catalogue()


def test_every_sentence_that_the_code_says_stands_in_the_catalogue():
    called = re.compile(r'(?:say|RequestError|SolveError)\(\s*"(\w+)"')
    said = {
        text for page in (ROOT / "alloc").rglob("*.py") for text in called.findall(page.read_text(encoding="utf-8"))
    }
    assert len(said) > 40
    assert said <= set(catalogue())


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder as a user would have it after cloning."""
    shutil.copytree(ROOT / "instances", tmp_path / "instances")
    shutil.copytree(ROOT / "tests/everything", tmp_path / "tests/everything")
    return tmp_path


def commands(page: str) -> list[str]:
    """Return the commands that a page shows in its shell blocks, but for the setting up and the checks."""
    lines = [line for language, block in BLOCKS[page] if language == "sh" for line in block.strip().splitlines()]
    shown = [line.split(" && ")[-1].replace(".venv/bin/", "") for line in lines]
    return [line for line in shown if "check.py" not in line]


FASTER = {"alloc solve instances/hotan-2019": ["--gap", "1e-3"]}
"""Commands that search on for the last units of the goal, and the words with which they need not."""


def alone(command: str) -> list[str]:
    """Return the words with which a command starts no process, where it would."""
    starts = (isinstance(x.type, click.IntRange) and "--jobs" in x.opts for x in main.commands[command].params)
    return ["--jobs", "1"] if any(starts) else []


def test_every_command_of_the_readme_runs(clone: Path, monkeypatch: pytest.MonkeyPatch):
    """One process runs them, since starting each anew takes longer than most. The Chinese page shows the same ones."""
    monkeypatch.chdir(clone)
    shown = commands("README.md")
    assert len(shown) >= 20
    assert set(shown) >= set(FASTER)
    for line in shown:
        program, *words = shlex.split(line)
        assert program == "alloc", line
        with hasty():
            done = CliRunner().invoke(main, [*words, *FASTER.get(line, []), *alone(words[0])])
        assert done.exit_code == 0, f"{line}\n{done.output}"


def test_the_chinese_readme_shows_the_same_commands_in_chinese():
    chinese = commands("alloc/README.zh.md")
    assert [line.replace(" --lang zh", "") for line in chinese] == commands("README.md")
    assert all(" --lang zh" in line for line in chinese)


@in_both_languages
def test_output_shown_in_the_readme_is_real(clone: Path, monkeypatch: pytest.MonkeyPatch, page: str):
    monkeypatch.chdir(clone)
    shown = [block for language, block in BLOCKS[page] if language == "console"]
    assert len(shown) == 2
    for block in shown:
        command, expected = block.removeprefix("$ ").split("\n", 1)
        done = CliRunner().invoke(main, shlex.split(command)[1:])
        assert tidy(done.stderr if done.exit_code else done.stdout) == tidy(expected)


def tidy(text: str) -> str:
    """Leave out what differs from run to run: seconds, and blanks at the ends of lines."""
    return "\n".join(re.sub(r"\d+\.\d (s\.|秒)", "…", line).rstrip() for line in text.strip().splitlines())


@in_both_languages
def test_python_shown_in_the_readme_runs(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], page: str
):
    monkeypatch.chdir(clone)
    for language, block in BLOCKS[page]:
        if language == "python":
            exec(block, {})
            assert "optimal" in capsys.readouterr().out


@in_both_languages
def test_rules_shown_in_the_readme_are_rules(clone: Path, page: str):
    rules = next(block for language, block in BLOCKS[page] if language == "yaml")
    instance = clone / "instances/demo/instance.yaml"
    text = instance.read_text(encoding="utf-8")
    before, after = text.split("rules:\n")
    instance.write_text(before + rules + after, encoding="utf-8")
    assert len(read(instance.parent).rules) == 4


GUIDES = ["alloc/instance/excel/EXCEL", "alloc/report/PAGE", "alloc/report/WORKBOOK"]


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_in_chinese_has_the_parts_of_the_english_one(guide: str):
    english, chinese = ((ROOT / f"{guide}{end}").read_text(encoding="utf-8") for end in (".md", ".zh.md"))
    for mark in ("\n## ", "\n|", "```"):
        assert english.count(mark) == chinese.count(mark), mark
    assert set(re.findall(r"`(alloc [a-z]+)", english)) == set(re.findall(r"`(alloc [a-z]+)", chinese))


def test_the_chinese_readme_tells_of_the_same_commands_as_the_english_one():
    used = {page: set(re.findall(r"alloc (?:--lang zh )?([a-z]+) ", text)) for page, text in PAGES.items()}
    commands = {"new", "check", "solve", "convert", "export", "diff", "verify", "sensitivity", "frontier", "sweep"}
    assert commands <= used["README.md"] & used["alloc/README.zh.md"]


def test_pages_link_to_files_that_there_are():
    pages = [ROOT / "README.md", *(ROOT / "alloc").rglob("*.md"), *(ROOT / "instances").rglob("*.md")]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert len(links) > 30
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


def test_every_page_stands_in_the_site():
    """Pages for people beside the code; only the prose that the formulation is made with is none."""
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    rooms = [path for room in ("alloc", "instances") for path in (ROOT / room).rglob("*.md")]
    pages = {str(path.relative_to(ROOT)) for path in rooms if path.name != "formulation.md"}
    shown = {line.split()[-1] for line in site.splitlines() if line.rstrip().endswith(".md") and " - " in line}
    assert pages | {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} == shown
