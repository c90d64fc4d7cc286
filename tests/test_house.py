"""The house itself: no import goes in a circle, and no name of a class or a file stands where another is meant."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

HOUSE = Path(__file__).parent.parent / "alloc"

PATTERN = {"__init__.py", "result.py", "search.py", "save.py"}
"""Files that every study has under the same name on purpose."""


def name_of(file: Path, root: Path) -> str:
    """Return the module of a file, `alloc.study` for `alloc/study/__init__.py`."""
    parts = file.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_house(root: Path) -> dict[str, ast.Module]:
    """Return every module of a package by its name."""
    return {name_of(file, root): ast.parse(file.read_text(encoding="utf-8")) for file in sorted(root.rglob("*.py"))}


def imports_of(tree: ast.Module, known: Mapping[str, ast.Module]) -> Iterator[str]:
    """Yield the modules of the package that a module imports, wherever in it: `from a import b` is module a.b where
    there is one, else a. What only types need never runs, so that it makes no circle."""
    typing = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for part in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in typing:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        if isinstance(node, ast.ImportFrom) and node.module in known:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module


def find_circle(imports: Mapping[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, the first one again at the end; empty where there is none."""
    done: set[str] = set()

    def follow(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module not in done:
            for other in sorted(imports.get(module, ())):
                circle = follow(other, [*path, module])
                if circle:
                    return circle
            done.add(module)
        return []

    return next((circle for module in sorted(imports) if (circle := follow(module, []))), [])


def graph_of(trees: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    return {name: set(imports_of(tree, trees)) - {name} for name, tree in trees.items()}


def test_no_import_goes_in_a_circle_not_even_one_within_a_function():
    assert find_circle(graph_of(read_house(HOUSE))) == []


def test_no_class_has_the_name_of_another():
    classes = Counter(
        node.name for tree in read_house(HOUSE).values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    )
    assert {name for name, count in classes.items() if count > 1} == set()


def test_no_file_has_the_name_of_two_others():
    files = Counter(file.name for file in HOUSE.rglob("*.py"))
    assert {name for name, count in files.items() if count > 2} - PATTERN == set()


def test_a_circle_is_found_where_there_is_one(tmp_path: Path):
    """Through a function, through a package's own file and past what only types need."""
    room = tmp_path / "house"
    room.mkdir()
    (room / "__init__.py").write_text("")
    (room / "a.py").write_text("def f():\n    from house import b\n")
    (room / "b.py").write_text("import house.c\n")
    (room / "c.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.a import f\nfrom json import dumps\n"
    )
    assert find_circle(graph_of(read_house(room))) == []
    (room / "c.py").write_text("from house.a import f\n")
    assert find_circle(graph_of(read_house(room))) == ["house.a", "house.b", "house.c", "house.a"]
    (room / "__init__.py").write_text("from house.c import g\n")
    (room / "c.py").write_text("from house import g\n")
    assert find_circle(graph_of(read_house(room))) == ["house", "house.c", "house"]
