"""The component: what it links, what it stores, and how it is stored."""

from __future__ import annotations

import pickle
from dataclasses import asdict
from pathlib import Path

import pytest
import spacy
from spacy.kb import InMemoryLookupKB
from spacy.tokens import Doc, DocBin, Span

from spacy_ddi.derived_docs import concatenate_docs, span_as_doc
from spacy_ddi.errors import DDIError
from spacy_ddi.linked_drugs import drug_of_span, drugs_of
from spacy_ddi.linking.dictionary import DrugDictionary
from tests.linking.conftest import make_linked

TEXT = "Dexarol with tarvoxine, unknownium and zorbic antagonists for fever. Bivexa is both."


def ids(doc: Doc) -> dict[str, str]:
    return {ent.text: ent.kb_id_ for ent in doc.ents}


def test_mentions_get_the_identifier_of_what_they_name(linked):
    assert ids(linked(TEXT)) == {
        "Dexarol": "M:1",
        "tarvoxine": "M:2",
        "unknownium": "",
        "zorbic antagonists": "M:9",
        "fever": "",
        "Bivexa": "M:1+M:2",
    }


def test_what_is_known_of_a_mention(linked):
    brand, disputed, unknown, group, _, combination = linked(TEXT).ents
    drug = brand._.drug
    assert (drug.name, drug.drugbank, drug.unii, drug.cas) == ("Plinozide", "DB1", "U1", "1-1")
    assert drug.classes == {"M:9": "Zorbic Antagonists"}
    assert (drug.how, drug.score, drug.matched) == ("exact", 1.0, "Dexarol")
    assert disputed._.drug.score == 0.8
    assert unknown._.drug is None
    assert group._.drug.kind == "class"
    assert combination._.drug.ingredients == {"M:1": "Plinozide", "M:2": "Tarvoxine"}
    assert combination._.drug.referents == {"M:1", "M:2"}
    assert brand._.drug.referents == {"M:1"}


def test_an_abbreviation_leads_to_the_long_form_that_the_text_gives(linked):
    text = "Start plinozide (PLZ). Then PLZ is stopped."
    doc = linked(text)
    assert [ent.kb_id_ for ent in doc.ents] == ["M:1"] * 3
    assert (doc.ents[2]._.drug.how, doc.ents[2]._.drug.score) == ("abbreviation", 0.9)
    assert linked("PLZ is stopped.").ents[0].kb_id_ == ""


def test_abbreviations_can_be_switched_off(dictionary):
    doc = make_linked(dictionary, abbreviations=False)("Start plinozide (PLZ).")
    assert [ent.kb_id_ for ent in doc.ents] == ["M:1", ""]


def test_one_wrong_letter_is_allowed_unless_switched_off(dictionary):
    [ent] = make_linked(dictionary)("Take plinozidd.").ents
    assert (ent.kb_id_, ent._.drug.how, ent._.drug.score) == ("M:1", "fuzzy", 0.7)
    [ent] = make_linked(dictionary, fuzzy=False)("Take plinozidd.").ents
    assert (ent.kb_id_, ent._.drug) == ("", None)


def test_only_the_wanted_types_are_linked(dictionary):
    doc = make_linked(dictionary, mention_labels=["brand"])("Dexarol is plinozide.")
    assert ids(doc) == {"Dexarol": "M:1", "plinozide": ""}


def test_mentions_of_the_span_group_are_linked_too(linked):
    doc = linked.make_doc("plinozide sodium")
    doc.spans["ddi_mentions"] = [Span(doc, 0, 2, label="drug"), Span(doc, 0, 1, label="drug")]
    doc = linked(doc)
    assert {place: drug.how for place, drug in drugs_of(doc).items()} == {
        (0, 16): "normalised",
        (0, 9): "exact",
    }


def test_a_second_run_replaces_the_first(linked, dictionary):
    doc = linked(TEXT)
    doc.ents = [ent for ent in doc.ents if ent.text != "Dexarol"]
    doc = linked.get_pipe("drug_linker")(doc)
    assert "M:1" not in ids(doc).values()
    assert len(drugs_of(doc)) == 3


@pytest.mark.parametrize("carry", ["bytes", "docbin", "pickle", "copy"])
def test_links_survive(linked, carry):
    doc = linked(TEXT)
    before = [(ent.kb_id_, ent._.drug and asdict(ent._.drug)) for ent in doc.ents]
    if carry == "bytes":
        after = Doc(spacy.blank("en").vocab).from_bytes(doc.to_bytes())
    elif carry == "docbin":
        [after] = DocBin(docs=[doc], store_user_data=True).get_docs(spacy.blank("en").vocab)
    else:
        after = pickle.loads(pickle.dumps(doc)) if carry == "pickle" else doc.copy()
    assert [(ent.kb_id_, ent._.drug and asdict(ent._.drug)) for ent in after.ents] == before


def test_links_come_from_several_processes(linked):
    [doc] = linked.pipe([TEXT], n_process=2)
    assert (ids(doc)["Dexarol"], drug_of_span(doc.ents[0]).name) == ("M:1", "Plinozide")


def test_a_link_follows_its_characters(linked):
    doc = linked("Do not take Dexarol now.")
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    assert doc.ents[0]._.drug.name == "Plinozide"


def test_links_go_into_joined_and_cut_docs(linked):
    joined = concatenate_docs([linked("No drug."), linked("Dexarol. Take tarvoxine.")])
    assert [ent._.drug.name for ent in joined.ents] == ["Plinozide", "Tarvoxine"]
    part = span_as_doc(joined[5:8])
    assert [(ent.text, ent._.drug.name) for ent in part.ents] == [("tarvoxine", "Tarvoxine")]
    assert list(drugs_of(part)) == [(5, 14)]


def test_the_dictionary_is_stored_with_the_pipeline(linked, tmp_path: Path):
    linked.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    assert ids(loaded(TEXT)) == ids(linked(TEXT))
    other = make_linked(None)
    other.get_pipe("drug_linker").from_bytes(linked.get_pipe("drug_linker").to_bytes())
    assert ids(other(TEXT)) == ids(linked(TEXT))
    assert b"pickle" not in (tmp_path / "drug_linker" / "drugs").read_bytes()


def test_a_spoilt_file_is_named(linked, tmp_path: Path):
    linked.to_disk(tmp_path)
    (tmp_path / "drug_linker" / "drugs").write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(DDIError, match="DDI071"):
        spacy.load(tmp_path)


def test_without_a_dictionary_it_says_how_to_get_one():
    nlp = make_linked(None)
    with pytest.raises(DDIError, match=r"DDI070.*initialize\.components\.drug_linker\.dictionary"):
        nlp("Dexarol")
    with pytest.raises(DDIError, match="DDI070"):
        nlp.initialize()


def test_initialize_reads_the_dictionary_that_the_config_names(dictionary, tmp_path: Path):
    dictionary.to_disk(tmp_path / "drugs.gz")
    nlp = make_linked(None)
    nlp.config["initialize"]["components"]["drug_linker"] = {
        "dictionary": {
            "@misc": "spacy-ddi.DrugDictionary.v1",
            "path": str(tmp_path / "drugs.gz"),
        }
    }
    nlp.initialize()
    assert "Dexarol" in nlp.get_pipe("drug_linker").dictionary


def test_a_setting_reads_it_before_the_first_use(dictionary, tmp_path: Path):
    dictionary.to_disk(tmp_path / "drugs.gz")
    setting = {"@misc": "spacy-ddi.DrugDictionary.v1", "path": str(tmp_path / "drugs.gz")}
    nlp = make_linked(None, dictionary=setting)
    assert ids(nlp(TEXT))["Dexarol"] == "M:1"


def test_names_of_your_own_win(linked):
    linked.get_pipe("drug_linker").add_names([{"name": "Dexarol", "id": "own:5"}])
    doc = linked(TEXT)
    assert ids(doc)["Dexarol"] == "own:5"
    assert ids(doc)["tarvoxine"] == "M:2"


def test_a_stored_pipeline_is_extended_by_a_csv_file(linked, tmp_path: Path):
    linked.to_disk(tmp_path / "pipeline")
    own = tmp_path / "own.csv"
    own.write_text("name,id,atc\nunknownium,own:7,B01|B02\n", encoding="utf8")
    setting = {"@misc": "spacy-ddi.DrugNamesCSV.v1", "path": str(own)}
    nlp = spacy.load(tmp_path / "pipeline", config={"components.drug_linker.dictionary": setting})
    doc = nlp(TEXT)
    assert (ids(doc)["unknownium"], ids(doc)["Dexarol"]) == ("own:7", "M:1")
    assert doc.ents[2]._.drug.atc == ("B01", "B02")


def test_a_knowledge_base_is_a_dictionary(tmp_path: Path):
    nlp = make_linked(None)
    base = InMemoryLookupKB(nlp.vocab, entity_vector_length=1)
    base.set_entities(["Q1", "Q2"], [1, 1], [[0], [0]])
    base.add_alias("Dexarol", ["Q1", "Q2"], [0.6, 0.3])
    base.add_alias("tarvoxine", ["Q1", "Q2"], [0.4, 0.4])
    nlp.get_pipe("drug_linker").add_knowledge_base(base)
    doc = nlp(TEXT)
    assert (ids(doc)["Dexarol"], doc.ents[0]._.drug.score) == ("Q1", 0.6)
    assert ids(doc)["tarvoxine"] == ""
    base.to_disk(tmp_path / "kb")
    setting = {"@misc": "spacy-ddi.DrugKnowledgeBase.v1", "path": str(tmp_path / "kb")}
    assert ids(make_linked(None, dictionary=setting)(TEXT)) == ids(doc)


def test_an_extension_of_others_is_not_overwritten():
    getter = Span.get_extension("drug") if Span.has_extension("drug") else None
    Span.set_extension("drug", default=1, force=True)
    try:
        with pytest.raises(DDIError, match="DDI005"):
            spacy.blank("en").add_pipe("drug_linker")
    finally:
        Span.remove_extension("drug")
        if getter:
            Span.set_extension("drug", getter=getter[2])


def test_an_empty_doc_has_no_links(linked):
    assert drugs_of(linked("")) == {}


def test_the_dictionary_can_be_replaced(linked):
    linked.get_pipe("drug_linker").dictionary = DrugDictionary()
    assert set(ids(linked(TEXT)).values()) == {""}


@pytest.mark.parametrize(
    ("overwrite", "found"),
    [(True, {"our Plinozide": "own:17"}), (False, {"Plinozide": "M:1"})],
)
def test_names_of_your_own_need_something_that_makes_the_mention(dictionary, overwrite, found):
    nlp = spacy.blank("en")
    known = nlp.add_pipe("entity_ruler", name="ner")
    known.add_patterns([{"label": "drug", "pattern": "Plinozide"}])
    linker = nlp.add_pipe("drug_linker")
    linker.dictionary = dictionary
    linker.add_names([{"name": "our plinozide", "id": "own:17"}])
    assert ids(nlp("Use our Plinozide.")) == {"Plinozide": "M:1"}
    ruler = nlp.add_pipe(
        "entity_ruler",
        after="ner",
        config={"overwrite_ents": overwrite, "phrase_matcher_attr": "LOWER"},
    )
    ruler.add_patterns([{"label": "drug", "pattern": "our plinozide"}])
    assert ids(nlp("Use our Plinozide.")) == found
