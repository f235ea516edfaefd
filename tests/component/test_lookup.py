"""Where the component stands in a pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from spacy_ddi.component.lookup import component_of, relation_pipes, set_precision, upstream_of
from tests.helpers import VOCAB
from tests.tiny_bert import make_tiny_transformer


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


def test_precision_is_set_where_it_can_be(tmp_path: Path) -> None:
    nlp = spacy.blank("en", vocab=VOCAB)
    architecture = "spacy-ddi.PackedTransformer.v1"
    for name in ("one", "two"):
        transformer = make_tiny_transformer(tmp_path, architecture=architecture)
        nlp._components.append((name, transformer))
    set_precision(nlp, "bfloat16")
    layers = [pipe.model.layers[0] for _, pipe in nlp._components]
    assert [layer._func.precision for layer in layers] == ["bfloat16", "bfloat16"]
    with pytest.raises(ValueError, match=r"DDI012.*precision.*float16"):
        set_precision(nlp, "float16")  # type: ignore[arg-type]


def test_a_pipeline_whose_precision_can_not_be_set_is_refused(trained: Language) -> None:
    with pytest.raises(ValueError, match=r"DDI022.*only ddi_relation.*PackedTransformer"):
        set_precision(trained, "bfloat16")
