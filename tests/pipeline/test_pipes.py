"""Where the component stands in a pipeline."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

from spacy_ddi.pipeline.pipes import component_of, relation_pipes, upstream_of


def test_the_component_is_found_under_any_name(trained: Language) -> None:
    trained.rename_pipe("ddi_relation", "interactions")
    trained.add_pipe("doc_cleaner")
    component = component_of(trained)
    assert component is trained.get_pipe("interactions")
    assert upstream_of(trained, component) == trained.pipe_names[:-2]


def test_a_pipeline_without_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"DDI018.*only nothing"):
        component_of(spacy.blank("en"))


def test_what_works_for_relations_alone_goes_with_them(trained: Language) -> None:
    """A tok2vec that another component listens to stays."""
    listened = trained.add_pipe("tok2vec", first=True)
    assert relation_pipes(trained) == ["ddi_relation"]
    listened.listener_map["ddi_relation"] = []
    assert relation_pipes(trained) == ["tok2vec", "ddi_relation"]
    listened.listener_map["ner"] = []
    assert relation_pipes(trained) == ["ddi_relation"]
