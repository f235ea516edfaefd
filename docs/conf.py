"""The documentation, built by Sphinx: `make docs`."""

from __future__ import annotations

import re
from importlib.metadata import version as installed_version
from typing import Any

project = "spacy-ddi"
author = "the spacy-ddi developers"
release = version = installed_version("spacy-ddi")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
default_role = "code"
html_theme = "furo"
html_title = "spacy-ddi"
html_static_path: list[str] = []
exclude_patterns: list[str] = []

autodoc_default_options = {"members": True, "member-order": "bysource", "show-inheritance": False}
autodoc_typehints = "none"  # the docstrings give types, with shapes and units
add_module_names = False
napoleon_use_rtype = False

_ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:, \w+)*)(?: \((?P<type>.*?)\))?: (?P<text>.*)")
_SECTIONS = {"RETURNS": "Returns", "YIELDS": "Yields", "RAISES": "Raises"}


def google_style(lines: list[str]) -> list[str]:
    """A docstring in Google's style, which Sphinx reads, from one in spaCy's, which we write.

    lines (List[str]): Lines of the docstring, without indentation.
    RETURNS (List[str]): The same with sections.
    """
    prose: list[str] = []
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        match = _ENTRY.fullmatch(line)
        is_entry = match and (match["type"] or match["names"].startswith(("*", *_SECTIONS)))
        if match and is_entry:
            title = _SECTIONS.get(match["names"], "Args")
            current = sections.setdefault(title, ["", f"{title}:"])
            annotation = f" ({match['type']})" if match["type"] else ""
            head = match["type"] if title != "Args" else f"{match['names']}{annotation}"
            current.append(f"    {head}: {match['text']}")
        elif current is not None and line.startswith("    "):
            current.append(f"    {line}")
        else:
            current = None
            prose.append(line)
    return [*prose, *(line for section in sections.values() for line in section), ""]


def rewrite(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Called by autodoc for each docstring, before napoleon."""
    lines[:] = google_style(lines)


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", rewrite, priority=100)
