"""Pages of the documentation hold what is stored."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from benchmarks.page import cell, markdown_table, write_page
from benchmarks.speed import report as speed_report
from benchmarks.table1 import report as table1_report


def test_a_page_is_renewed_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.md"
    write_page(page, "some.module", "OLD", Figure())
    page.write_text(f"Before.\n\n{page.read_text()}\nAfter.\n")
    write_page(page, "some.module", "FRESH", Figure())
    begin = "<!-- begin: written by `python -m some.module` -->"
    assert page.read_text() == f"Before.\n\n{begin}\n\nFRESH\n\n<!-- end -->\n\nAfter.\n"
    page.write_text("Before. After.")
    with pytest.raises(ValueError, match="no marks"):
        write_page(page, "some.module", "FRESH", Figure())


def test_cells_have_the_digits_that_count_and_the_spread_of_rounds() -> None:
    lines = markdown_table([{"a": "x", "b": "y", "c": 1234.5}], n_words=2).splitlines()
    assert lines == ["| a | b | c |", "| --- | --- | ---: |", "| x | y | 1,234 |"]
    assert [cell(n) for n in (0.123, 2.04, 99.94)] == ["0.12", "2.0", "99.9"]
    assert cell([1.0, 3.0, 2.04]) == "2.0 (1.0 to 3.0)"
    assert cell([1.001, 1.002]) == "1.00"


@pytest.mark.parametrize(
    ("report", "names"), [(speed_report, ["PAGE"]), (table1_report, ["PAGE", "SUMMARY"])]
)
def test_pages_and_plot_say_what_is_stored(
    report: ModuleType, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: dict[str, Path] = {name: getattr(report, name) for name in names}
    renewed = {name: tmp_path / path.name for name, path in stored.items()}
    for name, path in renewed.items():
        path.write_bytes(stored[name].read_bytes())
        monkeypatch.setattr(report, name, path)
    report.main(results=report.RESULTS, page=renewed["PAGE"])
    message = f"run: python -m {report.MODULE}"
    for name, path in renewed.items():
        assert path.read_text() == stored[name].read_text(), message
    plot = stored[names[-1]].with_suffix(".svg").read_text()
    if f"Matplotlib v{mpl.__version__}," in plot:  # others draw other coordinates
        drawn = renewed[names[-1]].with_suffix(".svg").read_text()
        assert without_ids(drawn) == without_ids(plot), message


def without_ids(svg: str) -> str:
    """A picture without the ids of its parts, which differ between versions of Python."""
    return re.sub(r"\b[a-z][0-9a-f]{10}\b", "id", svg)
