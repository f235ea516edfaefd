"""Reading the corpus's XML."""

from __future__ import annotations

from pathlib import Path

import pytest

from spacy_ddi.corpora.documents import Interaction
from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.ddi2013 import read_document, read_document_list, read_folder


def entity(offsets: str, *, name: str = "e0", type: str = "drug") -> str:
    return f'<entity id="{name}" charOffset="{offsets}" type="{type}" text="x"/>'


def pair(ddi: str = "true", *, e1: str = "e0", e2: str = "e1", type: str = "effect") -> str:
    return f'<pair id="p" e1="{e1}" e2="{e2}" ddi="{ddi}" type="{type}"/>'


TWO = entity("0-6") + entity("18-26", name="e1")


def test_ends_of_offsets_are_inclusive(write_document):
    [sentence] = read_document(write_document()).sentences
    marked = [sentence.text[start:end] for m in sentence.mentions for start, end in m.ranges]
    assert marked == ["Dexarol", "plinozide"]
    assert [(m.id, m.type) for m in sentence.mentions] == [("e0", "brand"), ("e1", "drug")]


def test_interaction_keeps_ids_and_type(write_document):
    document = read_document(write_document())
    assert document.id == "D0"
    assert document.sentences[0].id == "D0.s0"
    assert document.sentences[0].interactions == (Interaction("e0", "e1", "mechanism"),)


def test_negative_pair_is_no_interaction(write_document):
    path = write_document(pairs='<pair id="p0" e1="e0" e2="e1" ddi="false"/>')
    assert read_document(path).sentences[0].interactions == ()


def test_true_pair_without_type_has_an_empty_label(write_document):
    path = write_document(pairs='<pair id="p0" e1="e0" e2="e1" ddi="true"/>')
    assert read_document(path).sentences[0].interactions == (Interaction("e0", "e1", ""),)


@pytest.mark.parametrize("offsets", ["0-3;14-23", "14-23;0-3", "0-3; 14-23"])
def test_discontinuous_mention_has_its_ranges_in_text_order(write_document, offsets):
    path = write_document("loop and thia diuretics", entity(offsets.replace("23", "22")), "")
    [mention] = read_document(path).sentences[0].mentions
    assert mention.ranges == ((0, 4), (14, 23))


def test_newlines_and_blanks_at_the_ends_are_kept(write_document):
    text = " \nDexarol and\nplinozide \n"
    path = write_document(text, entity("2-8") + entity("14-22", name="e1"), pair())
    [sentence] = read_document(path).sentences
    assert sentence.text == text
    starts = [text[m.ranges[0][0] : m.ranges[0][1]] for m in sentence.mentions]
    assert starts == ["Dexarol", "plinozide"]


def test_document_without_sentences_is_read(write_document):
    path = write_document()
    path.write_text('<document id="D1"/>', encoding="utf8")
    assert read_document(path).sentences == ()


@pytest.mark.parametrize(
    ("entities", "pairs", "line", "problem"),
    [
        (entity("0"), "", 4, "'0' is not like"),
        (entity("a-b"), "", 4, "'a-b' is not like"),
        (entity("0-3;"), "", 4, "is not like"),
        (entity("6-0"), "", 4, "'6-0' marks no text"),
        (entity("30-99"), "", 4, "sentence of 35"),
        (entity("7-7"), "", 4, "marks no text"),
        (entity("0-6", type="vitamin"), "", 4, "entity type 'vitamin'"),
        (entity("0-6") + entity("18-26"), "", 3, "same id"),
        ('<entity id="e0" type="drug"/>', "", 4, "no attribute 'charOffset'"),
        (TWO, pair(e2="e7"), 5, "no entity 'e7'"),
        (TWO, pair(e2="e0"), 5, "paired with itself"),
        (TWO, pair(type="caution"), 5, "interaction type 'caution'"),
        (TWO, '<pair id="p" e1="e0" e2="e1"/>', 5, "no attribute 'ddi'"),
    ],
)
def test_wrong_content_names_file_line_and_problem(write_document, entities, pairs, line, problem):
    path = write_document(entities=entities, pairs=pairs)
    with pytest.raises(CorpusError, match="DDI105") as caught:
        read_document(path)
    message = str(caught.value)
    assert f"{path}, line {line}:" in message
    assert problem in message


def test_ddi_value_that_is_neither_true_nor_false_is_refused(write_document):
    """Read as false, it would turn a positive into a negative without a word."""
    with pytest.raises(CorpusError, match=r"DDI105.*yes"):
        read_document(write_document(pairs=pair("yes")))


def test_other_xml_is_refused(write_document):
    path = write_document()
    path.write_text("<corpus/>", encoding="utf8")
    with pytest.raises(CorpusError, match="line 1: the root is <corpus>"):
        read_document(path)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'<document id="D0">\n<sentence>\n</document>', 3),
        (b"", 1),
        (b"\x00\x01\x02", 1),
        (b'<document id="D0">\n\xff\xfe</document>', 2),
        (b'<?xml version="1.0" encoding="no-such"?><document id="D0"/>', 1),
    ],
)
def test_malformed_xml_names_file_and_line(tmp_path, content, line):
    path = tmp_path / "broken.xml"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match="DDI103") as caught:
        read_document(path)
    assert f"{path}, line {line}:" in str(caught.value)


BOMB = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "boom"}">' for i in range(9))


@pytest.mark.parametrize("use", ["<sentence>&a8;</sentence>", '<sentence id="&a8;" text=""/>'])
def test_entity_bomb_is_refused(tmp_path, use):
    path = tmp_path / "bomb.xml"
    path.write_text(f'<!DOCTYPE document [{BOMB}]>\n<document id="D0">{use}</document>', "utf8")
    with pytest.raises(CorpusError, match=r"DDI10[34]"):
        read_document(path)


def test_harmless_doctype_is_refused(write_document):
    path = write_document(head="<!DOCTYPE document>\n")
    with pytest.raises(CorpusError, match=r"DDI104.*Remove the DOCTYPE"):
        read_document(path)


def test_external_entity_is_not_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf8")
    path = tmp_path / "external.xml"
    path.write_text(
        f'<!DOCTYPE document [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<document id="D0">&x;</document>',
        encoding="utf8",
    )
    with pytest.raises(CorpusError, match="DDI104"):
        read_document(path)


def test_folder_is_read_at_any_depth_in_the_order_of_paths(tmp_path):
    for name in ("b/D1", "a/deep/D2", "D3"):
        path = tmp_path / f"{name}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'<document id="{path.stem}"/>', encoding="utf8")
    (tmp_path / "notes.txt").write_text("no corpus file", encoding="utf8")
    assert [document.id for document in read_folder(tmp_path)] == ["D3", "D2", "D1"]


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"DDI101.*nowhere"):
        list(read_folder(tmp_path / "nowhere"))


def test_folder_without_xml_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"DDI102.*no \.xml file"):
        list(read_folder(tmp_path))


def test_malformed_file_is_reported_and_the_rest_still_read(write_document):
    write_document(document="D0")
    bad = write_document(document="D1")
    bad.write_text("<document", encoding="utf8")
    folder = write_document(document="D2").parent
    errors: list[CorpusError] = []
    assert [d.id for d in read_folder(folder, on_error=errors.append)] == ["D0", "D2"]
    assert len(errors) == 1
    assert str(bad) in str(errors[0])
    with pytest.raises(CorpusError, match="DDI103"):
        list(read_folder(folder))


@pytest.mark.parametrize("kind", ["folder", "dangling link"])
def test_what_cannot_be_opened_does_not_stop_the_rest(write_document, kind):
    """A file that is there by name only is reported or passed over, like a malformed one."""
    folder = write_document(document="D1").parent
    odd: Path = folder / "D0.xml"
    if kind == "folder":
        odd.mkdir()
    else:
        odd.symlink_to(folder / "gone")
    errors: list[CorpusError] = []
    assert [d.id for d in read_folder(folder, on_error=errors.append)] == ["D1"]


def test_document_list_skips_blank_lines(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("D0\n\n  D1 \r\n", encoding="utf8")
    assert read_document_list(path) == ["D0", "D1"]


def test_document_list_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "list.bin"
    path.write_bytes(b"D0\n\xff\xfe")
    with pytest.raises(CorpusError, match=r"list\.bin"):
        read_document_list(path)
