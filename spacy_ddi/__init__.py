"""Drug-drug interactions in text, as a spaCy component: `nlp.add_pipe("ddi_relation")`.

What the documentation uses can be imported from here. It is loaded when it is asked for: spaCy
imports this package whenever it makes a pipeline, whatever is in it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy_ddi.annotations import Relation, install_extensions, make_relation
    from spacy_ddi.corpora.docs import make_examples
    from spacy_ddi.derived_docs import concatenate_docs, span_as_doc
    from spacy_ddi.errors import DDIError
    from spacy_ddi.explaining.explain import explain, explain_all
    from spacy_ddi.formats.html_page import render_page
    from spacy_ddi.formats.relation_records import to_records
    from spacy_ddi.parallel import pipe_in_processes

_HOMES = {
    "DDIError": "errors",
    "Relation": "annotations",
    "concatenate_docs": "derived_docs",
    "explain": "explaining.explain",
    "explain_all": "explaining.explain",
    "install_extensions": "annotations",
    "make_examples": "corpora.docs",
    "make_relation": "annotations",
    "pipe_in_processes": "parallel",
    "render_page": "formats.html_page",
    "span_as_doc": "derived_docs",
    "to_records": "formats.relation_records",
}

__all__ = [
    "DDIError",
    "Relation",
    "concatenate_docs",
    "explain",
    "explain_all",
    "install_extensions",
    "make_examples",
    "make_relation",
    "pipe_in_processes",
    "render_page",
    "span_as_doc",
    "to_records",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("spacy-ddi")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
