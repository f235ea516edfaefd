"""`python -m spacy_ddi convert`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_ddi.annotations import get_relations, relations_of_doc
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.corpora.reader import configure_docbin_corpus, read_docs
from spacy_ddi.formats.format import formats
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.gold import DOCUMENT_ID, SENTENCE_ID
from tests.cli.conftest import CONFIG, KNOWN, SENTENCES, folded
from tests.conftest import SAMPLE_CORPUS

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)


def stored_texts(path: Path) -> list[str]:
    return [doc.text for doc in DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)]


def test_convert_stores_the_corpus(run, corpus, tmp_path):
    path = tmp_path / "new" / "gold.spacy"
    result = run("convert", corpus, path)
    assert result.exit_code == 0
    assert "3 sentences, 6 mentions, 3 pairs, 2 of them true" in folded(result.stderr)
    docs = list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))
    assert [len(get_relations(doc)) for doc in docs] == [1, 1, 0]


def test_the_corpus_is_stored_as_its_reader_reads_it(run, tmp_path):
    """Byte for byte: with the ids, lines and sentences that the XML has."""
    write_docbin(read_docs(SAMPLE_CORPUS, spacy.blank("en").make_doc), tmp_path / "a.spacy")
    assert run("convert", SAMPLE_CORPUS, tmp_path / "b.spacy").exit_code == 0
    assert (tmp_path / "a.spacy").read_bytes() == (tmp_path / "b.spacy").read_bytes()


def test_convert_names_a_malformed_file_and_converts_the_others(run, broken_corpus, tmp_path):
    path = tmp_path / "gold.spacy"
    result = run("convert", broken_corpus, path)
    assert result.exit_code == 1
    assert f"{broken_corpus / 'D1.xml'}, line 2:" in result.stderr
    assert "1 error: " in result.stderr
    assert stored_texts(path) == [SENTENCES[0][0], SENTENCES[2][0]]


def test_convert_names_a_malformed_file_that_is_listed(run, broken_corpus, tmp_path):
    path, listed = tmp_path / "gold.spacy", tmp_path / "ids.txt"
    listed.write_text("D0\nD1\n", encoding="utf8")
    result = run("convert", broken_corpus, path, "--documents", listed)
    assert result.exit_code == 1
    assert "D1.xml, line 2:" in result.stderr
    assert stored_texts(path) == [KNOWN]


def test_convert_leaves_documents_out(run, corpus, tmp_path):
    excluded = tmp_path / "ids.txt"
    excluded.write_text("D1\nD2\n", encoding="utf8")
    result = run("convert", corpus, tmp_path / "gold.spacy", "--exclude", excluded)
    assert result.exit_code == 0
    assert stored_texts(tmp_path / "gold.spacy") == [KNOWN]


def test_convert_names_an_unknown_language(run, corpus, tmp_path):
    result = run("convert", corpus, tmp_path / "gold.spacy", "--lang", "zz")
    assert result.exit_code == 1
    assert "zz" in result.stderr


OWN_TEXT = "Tin 💊 salts raise zinc. BRCA1 lowers tar and tin.\n\nTar is bad."


def own_document() -> TextDocument:
    """Types of one's own, a mention of two ranges, an interaction over two sentences."""

    def place(piece: str) -> tuple[int, int]:
        return OWN_TEXT.index(piece), OWN_TEXT.index(piece) + len(piece)

    mentions = (
        Mention("T1", "Chemical", (place("Tin"), place("salts"))),
        Mention("T2", "Chemical", (place("zinc"),)),
        Mention("T3", "Gene", (place("BRCA1"),)),
        Mention("T4", "Chemical", (place("tar"),)),
        Mention("T5", "Element", (place("tin"),)),
    )
    interactions = (
        Interaction("T2", "T1", "PK-up"),
        Interaction("T3", "T4", "PD"),
        Interaction("T1", "T4", "PD"),
        Interaction("T4", "T5", "PD"),
    )
    return TextDocument("note", OWN_TEXT, (), mentions, interactions)


def relations_in(doc):
    types = {span.text: span.label_ for span in doc.spans["ddi_mentions"]}
    return types, [(r.head_text, r.label, r.tail_text) for r in relations_of_doc(doc)]


TYPES = ["--types", "Element=Chemical", "--types", "Gene=", "--relations", "PK-up=mechanism"]


def test_brat_becomes_training_data(run, tmp_path):
    """From annotation to what a component of one's own learns from."""
    formats()["brat"].write([own_document()], tmp_path / "brat")
    path = tmp_path / "own.spacy"
    result = run("convert", tmp_path / "brat", path, *TYPES)
    assert result.exit_code == 0
    assert "3 sentences, 4 mentions, 2 pairs, 2 of them true (2 with a type)" in folded(
        result.stderr
    )
    assert "between sentences: 1 interaction" in folded(result.stderr)
    nlp = spacy.blank("en")
    candidates = {"negative_filter": None, "mention_labels": ["Chemical"]}
    nlp.add_pipe("ddi_relation", config={**CONFIG, "candidates": candidates})
    first, second, last = examples = list(configure_docbin_corpus(str(path))(nlp))
    assert relations_in(first.reference) == (
        {"Tin": "Chemical", "zinc": "Chemical"},
        [("Tin", "mechanism", "zinc")],
    )
    assert relations_in(second.reference) == (
        {"tar": "Chemical", "tin": "Chemical"},
        [("tar", "PD", "tin")],
    )
    assert last.reference.text == "Tar is bad."
    assert [span.text for span in first.predicted.spans["ddi_mentions"]] == ["Tin", "zinc"]
    known = [
        (each.reference.user_data[key]) for each in examples for key in (DOCUMENT_ID, SENTENCE_ID)
    ]
    assert known == ["note", "note.s0", "note", "note.s1", "note", "note.s2"]
    nlp.initialize(lambda: examples)
    assert component_of(nlp).labels == ("PD", "mechanism")
    assert nlp.update(examples)["ddi_relation"] > 0


@pytest.mark.parametrize(
    "name",
    ["bioc-xml", "bioc-json", "pubtator", "pubannotation", "label-studio", "prodigy", "jsonl"],
)
def test_other_formats_become_the_same(run, tmp_path, name):
    path = tmp_path / "own"
    formats()[name].write([own_document()], path)
    more = ["--with-predictions"] if name in ("label-studio", "prodigy") else []
    result = run("convert", path, tmp_path / "a.spacy", "--from", name, *TYPES, *more)
    assert result.exit_code == 0
    first, second, _ = DocBin().from_disk(tmp_path / "a.spacy").get_docs(spacy.blank("en").vocab)
    types, related = relations_in(first)
    head = "Tin 💊 salts" if name == "pubtator" else "Tin"  # it has no ranges
    assert set(types) == {head, "zinc"}
    assert related == [(head, "mechanism", "zinc")]
    assert relations_in(second)[1] == [("tar", "PD", "tin")]


def test_several_inputs_and_the_sentences_of_a_pipeline(run, corpus, pipeline, tmp_path):
    (tmp_path / "a.txt").write_text("Tin\n\nraises zinc", encoding="utf8")
    (tmp_path / "a.ann").write_text("T1\tX 0 3\tTin\n", encoding="utf8")
    gold, path = tmp_path / "gold.spacy", tmp_path / "all.spacy"
    assert run("convert", corpus, gold).exit_code == 0
    inputs = [tmp_path / "a.*", gold]
    assert run("convert", *inputs, path).exit_code == 0
    others = [text for text, _ in SENTENCES]
    assert stored_texts(path) == ["Tin", "raises zinc", *others]
    docs = DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)
    assert [doc.user_data[DOCUMENT_ID] for doc in docs] == ["a", "a", "D0", "D1", "D2"]
    # It has a sentencizer, which knows no lines.
    assert run("convert", *inputs, path, "--pipeline", pipeline).exit_code == 0
    assert stored_texts(path) == ["Tin\n\nraises zinc", *others]


@pytest.mark.parametrize(
    ("name", "code"), [("notes.txt", "DDI153"), ("", "DDI124"), ("no", "DDI123")]
)
def test_what_has_no_annotation_is_named_and_nothing_is_written(run, tmp_path, name, code):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "notes.txt").write_text("Nothing is annotated.", encoding="utf8")
    result = run("convert", folder / name, tmp_path / "gold.spacy")
    assert result.exit_code == 1
    assert code in result.stderr
    assert str(folder / name) in result.stderr
    assert not (tmp_path / "gold.spacy").exists()


def test_a_bad_document_lies_beside_and_costs_itself(run, tmp_path):
    formats()["jsonl"].write([own_document()], tmp_path / "a.jsonl")
    with (tmp_path / "a.jsonl").open("a", encoding="utf8") as file:
        file.write("{}\n")
    result = run("convert", tmp_path / "a.jsonl", tmp_path / "gold.spacy")
    assert result.exit_code == 1
    assert "1 error: " in result.stderr
    assert "DDI134" in (tmp_path / "gold.spacy.errors.jsonl").read_text("utf8")
    assert len(stored_texts(tmp_path / "gold.spacy")) == 3


def test_a_mapping_needs_two_names(run, corpus, tmp_path):
    result = run("convert", corpus, tmp_path / "gold.spacy", "--types", "Chemical")
    assert result.exit_code == 1
    assert "[DDI154] --types 'Chemical'" in result.stderr


@pytest.mark.parametrize("name", ["label-studio", "prodigy"])
def test_what_nobody_has_annotated_is_left_out(run, tmp_path, name):
    formats()[name].write([own_document()] * 2, tmp_path / "own")
    result = run("convert", tmp_path / "own", tmp_path / "a.spacy", "--from", name)
    assert result.exit_code == 0
    assert result.stderr.count("Left out, since nobody has annotated them: 2 documents.") == 1
    assert "0 sentences" in result.stderr


def test_annotation_of_another_shape_is_an_error_and_not_dropped(run, tmp_path):
    mention = {"id": "T1", "type": "drug", "start": 0, "end": 4}
    good = {"mentions": [{"id": "T1", "type": "drug", "ranges": [[0, 4]]}]}
    rows = [good, {"mentions": [mention]}, {**good, "metadata": {"n": 1}}, {"mentions": []}]
    lines = (json.dumps({"id": f"d{n}", "text": "Iron."} | row) for n, row in enumerate(rows, 1))
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf8")
    result = run("convert", tmp_path / "a.jsonl", tmp_path / "a.spacy")
    assert result.exit_code == 1
    assert "2 sentences, 1 mentions" in result.stderr
    table = (tmp_path / "a.spacy.errors.jsonl").read_text("utf8").splitlines()
    places = [(each["position"], each["code"]) for each in map(json.loads, table)]
    assert places == [("line 2", "DDI125"), ("line 3", "DDI125")]
    assert "a mention has id, type and ranges" in result.stderr


@pytest.mark.filterwarnings("always")
def test_warnings_are_said_as_other_messages_are(run, corpus, tmp_path):
    for copy in ("once", "again"):
        shutil.copytree(corpus, tmp_path / "corpus" / copy)
    result = run("convert", tmp_path / "corpus", tmp_path / "gold.spacy")
    assert result.exit_code == 0
    [said] = [line for line in result.stderr.splitlines() if "DDI912" in line]
    assert said.startswith("[DDI912] An id is given twice.")
    assert "Warning" not in result.stderr
    assert ".py" not in result.stderr


def annotated(folder, labels, types=("drug", "drug"), config=""):
    """Files of brat, a document an interaction."""
    folder.mkdir()
    for number, label in enumerate(labels):
        (folder / f"{number}.txt").write_text("Tin raises tar.", encoding="utf8")
        lines = [f"T1\t{types[0]} 0 3\tTin", f"T2\t{types[1]} 11 14\ttar"]
        lines.append(f"R1\t{label} Arg1:T1 Arg2:T2")
        (folder / f"{number}.ann").write_text("\n".join(lines), encoding="utf8")
    if config:
        (folder / "annotation.conf").write_text(config, encoding="utf8")
    return folder


def test_types_are_counted(run, tmp_path):
    folder = annotated(tmp_path / "in", ["effect", "int", "effect"], ("drug", "brand"))
    said = folded(run("convert", folder, tmp_path / "a.spacy").stderr)
    assert "Types of mentions: drug 3, brand 3. Types of interactions: effect 2, int 1." in said
    assert "DDI919" not in said


CONF = "[entities]\ndrug\n[relations]\n# none\nPK\tArg1:<ENTITY>, Arg2:<ENTITY>\n[events]\n"


@pytest.mark.parametrize(
    ("labels", "types", "config", "options", "expected"),
    [
        (["effect", "mechansim"], ("drug",) * 2, "", (), "interactions that are not among mech"),
        (["mechansim"], ("drug",) * 2, CONF, (), "interactions that are not in annotation.conf: '"),
        (["effect"], ("drug", "durg"), "", (), "mentions that are not among drug, brand, group, d"),
        (["effect", "mechansim"], ("drug",) * 2, "", ("--relations", "mechansim=mechanism"), ""),
        (["effect", "PK"], ("drug",) * 2, "", ("--relations", "PK=PK"), ""),
        (["effect", "PK"], ("drug",) * 2, CONF, (), ""),
        (["PK", "PD"], ("Chemical", "Gene"), "", (), ""),
    ],
)
def test_a_type_that_may_be_a_slip_is_told_and_own_types_are_not(
    run, tmp_path, labels, types, config, options, expected
):
    folder = annotated(tmp_path / "in", labels, types, config)
    result = run("convert", folder, tmp_path / "a.spacy", *options)
    assert result.exit_code == 0
    said = folded(result.stderr)
    assert ("[DDI919]" in said) == bool(expected)
    assert expected in said
    if "mechansim" in labels and expected:
        assert "'mechansim' (mechanism?)" in said


def test_types_of_the_pipeline_are_no_slips(run, tmp_path, pipeline):
    folder = annotated(tmp_path / "in", ["advise", "PK"])
    result = run("convert", folder, tmp_path / "a.spacy", "--pipeline", pipeline)
    assert "[DDI919]" in result.stderr
    nlp = spacy.load(pipeline)
    component = nlp.get_pipe("ddi_relation")
    component.cfg["labels"] = ["PK", "mechanism"]
    nlp.to_disk(tmp_path / "own")
    result = run("convert", folder, tmp_path / "a.spacy", "--pipeline", tmp_path / "own")
    assert result.exit_code == 0
    assert "[DDI919]" not in result.stderr
