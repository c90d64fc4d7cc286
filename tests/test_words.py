"""The command line speaks the reader's language: by option, variable or system; in help and usage errors too."""

import ast
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from alloc.cli import main
from alloc.cli.words import HELP, key_of, system_language
from alloc.instance.excel.styles import letters
from alloc.solution import Status
from alloc.texts import LANGUAGES, catalogue

CHINESE = re.compile(r"[\u4e00-\u9fff]")
DEMO = Path(__file__).parent.parent / "instances/demo"
NEVER_SAID = re.compile(
    "Deprecat|deprecated|iterable|declar|defined twice|Boolean option|UUID|does not match|does not exist|is a file"
    "|is a directory|is not (readable|writable|executable)|Could not open|^file$|^directory$|values? (are|was|but)"
    "|Takes |start character|version|this message|^Choice"
)
"""Words of click about what this program has none of: dates, files that it opens, options declared wrongly."""


def said(*words: object, **variables: str | None) -> str:
    """Return what a command says, its output and its errors."""
    return CliRunner().invoke(main, [str(word) for word in words], env=variables).output


@pytest.mark.parametrize(
    ("words", "variables", "lang"),
    [
        (["check", "nowhere"], {}, "en"),
        (["check", "nowhere", "--lang", "zh"], {}, "zh"),
        (["--lang", "zh", "check", "nowhere"], {}, "zh"),
        (["--lang=zh", "check", "nowhere"], {}, "zh"),
        (["--lang", "zh", "check", "nowhere", "--lang", "en"], {}, "en"),
        (["--lang", "en", "check", "nowhere", "--lang", "zh"], {}, "zh"),
        (["check", "nowhere"], {"ALLOC_LANG": "zh"}, "zh"),
        (["--lang", "en", "check", "nowhere"], {"ALLOC_LANG": "zh"}, "en"),
        (["check", "--lang", "en", "nowhere"], {"ALLOC_LANG": "zh"}, "en"),
        (["check", "nowhere"], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["check", "nowhere"], {"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB"}, "en"),
        (["check", "nowhere"], {"LANG": "de_DE", "LC_MESSAGES": "zh_TW"}, "zh"),
        (["check", "nowhere"], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        (["check", "nowhere"], {"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        (["check", "nowhere"], {"LANG": "zh_CN.UTF-8", "ALLOC_LANG": "en"}, "en"),
        (["--lang", "en", "check", "nowhere"], {"LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_commands_then_the_programs_then_the_variables_then_the_systems(words, variables, lang):
    cleared = dict.fromkeys(("ALLOC_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    for asked in (words, [*words, "--nonsense"], [*words, "--help"]):
        answer = said(*asked, **{**cleared, **variables})
        assert bool(CHINESE.search(answer)) == (lang == "zh"), answer


def test_a_system_without_any_variable_is_asked_itself(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: ("Chinese (Simplified)_China", "936"))
    assert system_language() == "zh"
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    assert system_language() == "en"


def test_a_language_that_there_is_not_is_refused_by_the_name_of_what_says_it():
    assert "ALLOC_LANG" in said("check", "nowhere", ALLOC_LANG="fr")
    assert "'fr' is not one of 'en', 'zh'" in said("--lang", "fr", "check", "nowhere")


def commands() -> Iterator[tuple[str, click.Command]]:
    yield "alloc", main
    yield from main.commands.items()


@pytest.mark.parametrize(("name", "command"), [*commands()], ids=[name for name, _ in commands()])
def test_every_command_option_and_value_is_explained_in_both_languages(name, command):
    texts = catalogue()
    assert f"help_{name}" in texts
    for param in command.get_params(click.Context(command, help_option_names=HELP)):
        key = key_of(param)
        kind, own = ("help", "--") if isinstance(param, click.Option) else ("metavar", "")
        assert {f"{kind}_{name}_{key}", f"{kind}_{key}"} & texts.keys(), f"no text help_{name}_{key} for {own}{key}"
    for lang in LANGUAGES:
        shown = said("--lang", lang, *([name] if command is not main else []), "--help")
        assert bool(CHINESE.search(shown)) == (lang == "zh")
        options = shown.split("选项:" if lang == "zh" else "Options:")[1]
        for line in options.split("命令:")[0].splitlines() if lang == "zh" else ():
            assert CHINESE.search(line) or not line.strip() or re.search(r"[\[\]=。]", line), line


def test_no_help_is_written_for_what_there_is_not():
    used = {f"help_{name}" for name, _ in commands()}
    for name, command in commands():
        for param in command.get_params(click.Context(command, help_option_names=HELP)):
            keys = [
                f"{kind}_{own}" for kind in ("help", "metavar") for own in (f"{name}_{key_of(param)}", key_of(param))
            ]
            used |= set(keys)
    assert not {key for key in catalogue() if key.startswith(("help_", "metavar_"))} - used


def test_everything_that_click_may_say_has_chinese_words():
    known = {words["en"] for key, words in catalogue().items() if key.startswith("click_")}
    said_by_click = set()
    for name in ("core", "decorators", "exceptions", "formatting", "parser", "types"):
        for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(import_module(f"click.{name}"))))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                constants = [word.value for word in node.args if isinstance(word, ast.Constant)]
                said_by_click |= {word for word in constants if isinstance(word, str)}
    assert len(said_by_click) > 40
    assert {word for word in said_by_click - known if not NEVER_SAID.search(word)} <= {
        "Do you want to continue?",
        "Confirm the action without prompting.",
    }


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        ([], "Missing command.", "缺少命令。"),
        (["solve"], "Missing argument 'INSTANCE'", "缺少参数 '实例'"),
        (["sweep", "x"], "Missing argument 'PLAN'", "缺少参数 '计划'"),
        (["generate", "x"], "Missing option '--counties'", "缺少选项 '--counties'"),
        (["solvv", "x"], "No such command 'solvv'. Did you mean 'solve'?", "没有命令 'solvv'。 是否想写 'solve'？"),
        (["solve", "x", "--ot", "y"], "No such option '--ot'", "没有选项 '--ot'"),
        (["solve", "x", "y"], "unexpected extra argument (y)", "多余的参数（y）"),
        (["solve", "x", "--out"], "Option '--out' requires an argument.", "选项 '--out' 后须有一个值。"),
        (["solve", "x", "--png=1"], "Option '--png' does not take a value.", "选项 '--png' 后不能有值。"),
        (["solve", "x", "--method", "all"], "'all' is not one of 'auto'", "'all' 不在可选值之中：'auto'"),
        (["solve", "x", "--gap", "q"], "'q' is not a valid float", "'--gap' 的值无效：'q' 不是数。"),
        (["solve", "x", "--jobs", "2.5"], "'2.5' is not a valid integer", "'2.5' 不是整数。"),
        (["solve", "x", "--jobs", "0"], "0 is not in the range x>=1", "0 不在范围 x>=1 内"),
        (["frontier", "x", "--tolerance", "7"], "'7' is not a part between 0 and 1", "'7' 不是 0 到 1 之间的比例"),
        (["solve", "x", "--set", "y"], "must look like", "写法应如"),
    ],
)
def test_usage_errors_are_said_in_both_languages(words, english, chinese):
    for lang, sentence in (("en", english), ("zh", chinese)):
        done = CliRunner().invoke(main, ["--lang", lang, *words])
        assert done.exit_code == 2
        assert sentence in done.output


def test_chinese_help_keeps_within_eighty_columns_and_begins_no_line_with_a_full_stop():
    for name, command in commands():
        shown = said("--lang", "zh", *([name] if command is not main else []), "--help", COLUMNS="80")
        for line in shown.splitlines():
            assert letters(line) <= 80, line
            assert line.strip()[:1] not in set("，。；：、）”"), line


def test_what_a_command_does_is_said_in_chinese_by_the_system_alone():
    variables = {**os.environ, "ALLOC_LANG": "", "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "alloc.cli", "check", str(DEMO)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0
    assert "没有错误" in done.stdout


def test_help_is_there_at_once_for_it_loads_nothing_that_takes_long():
    code = "import sys; from alloc.cli import main; main(['--lang', 'zh', '--help'], standalone_mode=False)"
    heavy = "print({'numpy', 'pandas', 'pyomo', 'highspy', 'pydantic', 'openpyxl'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", f"{code}; {heavy}"], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("set()\n")


def test_help_imports_nothing_heavy():
    heavy = {"pandas", "pyomo", "numpy", "pydantic", "rich"}
    code = f"import sys, alloc.cli; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_state_of_a_point_of_a_sweep_has_words_in_both_languages(tmp_path):
    assert {"point_infeasible", "point_fault", "point_failed", "point_audit_failed"} <= catalogue().keys()
    assert {f"point_{status}" for status in Status} <= catalogue().keys()
    plan = tmp_path / "plan.yaml"
    plan.write_text("grid: {funds.tianjin.amount: [30, -1]}\n", encoding="utf-8")
    told = said("--lang", "zh", "sweep", DEMO, plan, "--out", tmp_path / "out", "--jobs", 1)
    assert "2 个点：1 数字有误, 1 最优" in told
