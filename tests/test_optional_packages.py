"""Packages that only some extras install: without them an error names the extra."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from spacy_ddi.errors import DDIError
from spacy_ddi.formats.format import reader_named, writer_named

ROOT = Path(__file__).parents[1]

OPTIONAL = {
    "bioc": "formats",
    "duckdb": "knowledge",
    "fastapi": "web",
    "networkx": "knowledge",
    "pyarrow": "formats",
    "ray": "ray",
    "scipy": "knowledge",
    "uvicorn": "web",
}
"""The extra that installs each."""

TOO_BIG = {"ray"}
"""Not among the tools of the developers: their tests are skipped without them."""

COMES_WITH = {
    "catalogue": "spacy",
    "packaging": "spacy",
    "pydantic": "spacy",
    "starlette": "fastapi",
    "transformers": "spacy-transformers",
}
"""The dependency that a package which is no dependency itself comes with."""


def extra(package: str) -> str:
    """How an error names the extra of a package: as it is installed from the sources."""
    return rf"'{OPTIONAL[package]}' of spacy-ddi.*-c constraints.txt -e '\.\[{OPTIONAL[package]}\]'"


def test_no_message_or_page_installs_from_an_index_where_the_package_is_not():
    """It is on none, so `pip install spacy-ddi` gets nothing, or what is not ours."""
    files = [path for end in ("py", "md", "html", "js", "yml") for path in ROOT.rglob(f"*.{end}")]
    asked = re.compile(r"""pip install[^\n`]*[ "']spacy[-_]ddi\b""")
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in files
        if path.relative_to(ROOT).parts[0] in ("spacy_ddi", "docs", "README.md", "scripts")
        for line in asked.findall(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def all_imports() -> set[str]:
    """What any file of the package imports."""
    names = set()
    for path in (ROOT / "spacy_ddi").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {"spacy_ddi"}


def listed(name: str) -> set[str]:
    """The packages of a list of pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(rf"^{name} = \[\n(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert found, name
    return set(re.findall(r'^ +"([\w-]+)', found[1], re.MULTILINE))


def test_all_that_is_imported_is_installed_or_has_an_extra():
    needed = {COMES_WITH.get(name, name.replace("_", "-")) for name in all_imports()}
    assert needed - set(OPTIONAL) <= listed("dependencies")
    for package, extra in OPTIONAL.items():
        assert package in needed
        assert package in listed(extra)
        assert (package in listed("dev")) == (package not in TOO_BIG)


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("spacy_ddi.runs.parts", "pyarrow"),
        ("spacy_ddi.runs.knowledge", "duckdb"),
        ("spacy_ddi.picture", "networkx"),
    ],
)
def test_a_command_names_the_extra_that_it_needs(monkeypatch, module, package):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(DDIError, match=rf"DDI170.*{package}.*{extra(package)}"):
        importlib.import_module(module)


def read_parquet(path: Path) -> Any:
    return list(reader_named("parquet")(path, on_error=pytest.fail))


def write_bioc_xml(path: Path) -> Any:
    return writer_named("bioc-xml")([], path)


def write_bioc_json(path: Path) -> Any:
    return writer_named("bioc-json")([], path)


@pytest.mark.parametrize(
    ("call", "package"),
    [(read_parquet, "pyarrow"), (write_bioc_xml, "bioc"), (write_bioc_json, "bioc")],
)
def test_a_format_names_the_extra_that_it_needs(monkeypatch, tmp_path, call, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(DDIError, match=rf"DDI127.*{package}.*{extra(package)}"):
        call(tmp_path / "a")
