"""What `from spacy_ddi import …` gives, and at what cost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import spacy
from spacy.tokens import Span

import spacy_ddi


@pytest.mark.parametrize("name", spacy_ddi.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(spacy_ddi, name).__name__ == name
    assert name in dir(spacy_ddi)


def test_other_names_are_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        spacy_ddi.nothing  # noqa: B018


def test_version() -> None:
    assert spacy_ddi.__version__.count(".") == 2


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, spacy_ddi; print({'spacy', 'torch', 'numpy'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


@pytest.mark.parametrize("name", ["to_records", "render_page", "concatenate_docs"])
@pytest.mark.parametrize("found", ["a text", "", None, ["a text"], [None]], ids=repr)
def test_what_is_no_doc_is_refused(name: str, found: object) -> None:
    with pytest.raises(spacy_ddi.DDIError, match=rf"DDI051\] {name} takes Docs.*nlp\(text\)"):
        list(getattr(spacy_ddi, name)(found))


def test_what_is_no_doc_makes_no_example() -> None:
    with pytest.raises(spacy_ddi.DDIError, match=r"DDI051\] make_examples.*str 'a text'"):
        list(spacy_ddi.make_examples(["a text"], spacy.blank("en").make_doc, gold_mentions=True))


def test_page_takes_one_doc_as_well() -> None:
    doc = spacy.blank("en")("AA meets BB")
    doc.set_ents([Span(doc, 0, 1, label="drug")])
    assert spacy_ddi.render_page(doc) == spacy_ddi.render_page([doc])


@pytest.mark.parametrize("make", [str, spacy.blank("en")], ids=["text", "doc"])
def test_what_is_no_span_is_refused(make: Callable[[str], Any]) -> None:
    with pytest.raises(spacy_ddi.DDIError, match=r"DDI051\] span_as_doc takes a Span"):
        spacy_ddi.span_as_doc(make("a text"))


def test_relation_of_what_is_no_range_is_refused() -> None:
    doc = spacy.blank("en")("AA meets BB")
    for head in (doc[0:2], doc[0], "AA", (0,), (0, None), 0):
        with pytest.raises(spacy_ddi.DDIError, match=r"DDI012.*make_relation: head.*span\.start"):
            spacy_ddi.make_relation(head, (2, 3), "int", 0.5)  # type: ignore[arg-type]
