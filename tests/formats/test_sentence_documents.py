"""Documents of any format, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
import spacy

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.sentence_documents import SentenceCutter, read_sentences, split_by
from spacy_ddi.formats.text_document import Section, TextDocument
from tests.formats.samples import place

TEXT = "Iron. \n\n Zinc lowers tar.  Tin may raise zinc."


def split(text):
    """Ends at each full stop, with the blanks after it."""
    start = 0
    while start < len(text):
        end = text.find(".", start) + 1 or len(text)
        while text[end : end + 1].isspace():
            end += 1
        yield start, end
        start = end


def cut(document):
    cutter = SentenceCutter(split)
    return cutter(document), cutter.n_left_out


def marked(sentence):
    return {
        each.id: " ".join(sentence.text[start:end] for start, end in each.ranges)
        for each in sentence.mentions
    }


def document(**more):
    mentions = (
        Mention("T1", "a", (place(TEXT, "Iron"),)),
        Mention("T2", "a", (place(TEXT, " Zinc"),)),
        Mention("T3", "b", (place(TEXT, "tar"),)),
        Mention("T4", "a", (place(TEXT, "Tin"),)),
        Mention("T5", "a", (place(TEXT, "zinc"),)),
    )
    interactions = (Interaction("T2", "T3", "own"), Interaction("T5", "T4", ""))
    return replace(TextDocument("d", TEXT, (), mentions, interactions, origin="f"), **more)


def test_a_document_is_cut_with_its_annotation():
    made, n_left_out = cut(document())
    assert n_left_out == 0
    assert [each.id for each in made.sentences] == ["d.s0", "d.s1", "d.s2"]
    assert [each.text for each in made.sentences] == [
        "Iron.",
        "Zinc lowers tar.",
        "Tin may raise zinc.",
    ]
    assert [marked(each) for each in made.sentences] == [
        {"T1": "Iron"},
        {"T2": "Zinc", "T3": "tar"},
        {"T4": "Tin", "T5": "zinc"},
    ]
    assert [each.interactions for each in made.sentences] == [
        (),
        (Interaction("T2", "T3", "own"),),
        (Interaction("T5", "T4", ""),),
    ]
    assert {each.origin for each in made.sentences} == {"f"}


def test_interactions_between_sentences_are_counted():
    between = Interaction("T1", "T2", "own")
    made, n_left_out = cut(document(interactions=(between, Interaction("T4", "T5", "own"))))
    assert n_left_out == 1
    assert [len(each.interactions) for each in made.sentences] == [0, 0, 1]


def test_no_sentence_ends_within_a_mention():
    long = Mention("T9", "a", (place(TEXT, "tar"), place(TEXT, "Tin")))
    made, n_left_out = cut(document(mentions=(long,), interactions=()))
    assert [each.text for each in made.sentences] == ["Iron.", TEXT[TEXT.index("Zinc") :]]
    assert marked(made.sentences[1]) == {"T9": "tar Tin"}
    assert n_left_out == 0


def test_sections_bound_sentences_and_some_are_sentences():
    sections = (
        Section(0, TEXT.index(" lowers"), "title"),
        Section(TEXT.index("Tin"), len(TEXT), "sentence", "own id"),
    )
    made, _ = cut(document(sections=sections, interactions=()))
    assert [(each.id, each.text) for each in made.sentences] == [
        ("d.s0", "Iron."),
        ("d.s1", "Zinc"),
        ("d.s2", "lowers tar."),
        ("own id", "Tin may raise zinc."),
    ]
    whole = (Section(0, len(TEXT), "sentence", "all"),)
    assert [each.text for each in cut(document(sections=whole))[0].sentences] == [TEXT]


def test_mentions_of_one_place_are_one_and_those_of_nothing_none():
    mentions = (
        Mention("T1", "a", (place(TEXT, "Zinc"),)),
        Mention("T2", "b", (place(TEXT, " Zinc "),)),
        Mention("T3", "a", (place(TEXT, "tar"), place(TEXT, ".  "))),
        Mention("T4", "a", (place(TEXT, "\n\n"),)),
    )
    pairs = [("T2", "T3", "x"), ("T3", "T1", "y"), ("T1", "T2", "x"), ("T4", "T1", "x")]
    made, n_left_out = cut(
        document(mentions=mentions, interactions=tuple(Interaction(*pair) for pair in pairs))
    )
    (sentence,) = (each for each in made.sentences if each.mentions)
    assert marked(sentence) == {"T1": "Zinc", "T3": "tar ."}
    assert sentence.interactions == (Interaction("T1", "T3", "x"),)
    assert n_left_out == 2


def test_a_document_without_text_has_no_sentence():
    assert cut(TextDocument("d", " \n"))[0].sentences == ()


def test_rules_find_sentences_of_long_texts():
    nlp = spacy.blank("en")
    nlp.add_pipe("line_sentences")
    text = "Dexarol raises lithium levels. " * 2000
    places = list(split_by(nlp)(text))
    assert len(places) == 2000
    assert {text[start:end].strip() for start, end in places} == {text[:30]}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "note.txt").write_text("Tin lowers tar.", encoding="utf8")
    (tmp_path / "note.ann").write_text("T1\tX 0 3\tTin\n", encoding="utf8")
    (tmp_path / "readme.txt").write_text("No annotation.", encoding="utf8")
    return tmp_path


def read(*names):
    errors: list[CorpusError] = []
    problems: list[object] = []
    documents = list(
        read_sentences(
            [str(name) for name in names],
            SentenceCutter(split),
            on_error=errors.append,
            on_problem=problems.append,
        )
    )
    return documents, [str(error)[:8] for error in errors], problems


def test_what_has_no_annotation_is_passed_over_in_folders_and_an_error_by_name(folder):
    (only,), errors, problems = read(folder)
    assert (only.id, marked(only.sentences[0]), errors, problems) == ("note", {"T1": "Tin"}, [], [])
    documents, errors, _ = read(folder / "readme.txt", folder / "note.txt")
    assert (len(documents), errors) == (1, ["[DDI153]"])
    (folder / "note.ann").unlink()
    assert read(folder)[:2] == ([], ["[DDI124]"])


def test_an_id_in_two_files_is_a_problem(folder):
    (folder / "more").mkdir()
    for name in ("note.txt", "note.ann"):
        (folder / "more" / name).write_bytes((folder / name).read_bytes())
    documents, errors, problems = read(folder)
    assert (len(documents), errors, len(problems)) == (2, [], 1)
