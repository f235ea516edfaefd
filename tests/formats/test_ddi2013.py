"""Reading the corpus's XML."""

from __future__ import annotations

from pathlib import Path

import pytest

from spacy_ddi.corpora.documents import Interaction
from spacy_ddi.corpora.problems import Problem
from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.ddi2013 import read_document, read_document_list, read_folder
from spacy_ddi.warning_messages import Warnings


def entity(offsets: str, *, name: str = "e0", type: str = "drug", text: str = "") -> str:
    text = f' text="{text}"' if text else ""
    return f'<entity id="{name}" charOffset="{offsets}" type="{type}"{text}/>'


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


def test_document_without_sentences_is_read_with_a_warning(write_document):
    path = write_document()
    path.write_text('<document id="D1"/>', encoding="utf8")
    with pytest.warns(UserWarning, match="DDI914.*line 1: the document has no <sentence>"):
        assert read_document(path).sentences == ()


@pytest.mark.parametrize(
    ("entities", "pairs", "line", "problem"),
    [
        (entity("0"), "", 4, "'0' is not like"),
        (entity("a-b"), "", 4, "'a-b' is not like"),
        (entity("0-3;"), "", 4, "is not like"),
        (entity("0-" + 5000 * "9"), "", 4, "is not like"),
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
    """Read as false, it would turn a positive into a negative silently."""
    with pytest.raises(CorpusError, match=r"DDI105.*yes"):
        read_document(write_document(pairs=pair("yes")))


@pytest.mark.parametrize(
    ("content", "root", "hint"),
    [
        ("<corpus/>", "<corpus>", "2013. Convert"),
        ("<collection><document/></collection>", "<collection>", "BioC"),
        ('<!DOCTYPE collection SYSTEM "BioC.dtd">\n<collection/>', "<collection>", "BioC"),
        ("<PubmedArticleSet/>", "<PubmedArticleSet>", "PubMed"),
        ('<document xmlns="urn:hl7-org:v3"/>', "<{urn:hl7-org:v3}document>", "Product Label"),
        ("<html><body/></html>", "<html>", "web page"),
    ],
)
def test_other_xml_is_refused(tmp_path, content, root, hint):
    path = tmp_path / "other.xml"
    path.write_text(content, encoding="utf8")
    with pytest.raises(CorpusError, match="DDI116") as caught:
        read_document(path)
    line = 1 + content.count("\n")
    assert f"{path}, line {line}: the root is {root}, not <document>" in str(caught.value)
    assert hint in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_byte_order_marks_and_declared_encodings_are_understood(write_document, encoding):
    entities = entity("0-5", text="Déxarl")
    path = write_document("Déxarl now.", entities, "", head="")
    text = path.read_text("utf8")
    name = encoding.removesuffix("-sig")
    path.write_text(f'<?xml version="1.0" encoding="{name}"?>\n{text}', encoding=encoding)
    [sentence] = read_document(path).sentences
    assert sentence.text == "Déxarl now."


def test_undeclared_encoding_names_file_and_line(write_document):
    path = write_document("Déxarl now.", "", "")
    path.write_bytes(path.read_text("utf8").encode("latin-1"))
    with pytest.raises(CorpusError, match=r"DDI103.*line 3"):
        read_document(path)


LOOP = "loop and thia diuretics"


@pytest.mark.parametrize(
    ("text", "offsets", "given"),
    [
        ("Dexarol now", "0-6", "Dexarol"),
        ("Dexarol now", "0-7", "Dexarol"),
        ("a  b now", "0-3", "a b"),
        ("a\nb now", "0-2", "a b"),
        (LOOP, "0-3;14-22", "loop diuretics"),
        (LOOP, "14-22;0-3", "loop diuretics"),
        (LOOP, "14-22;0-3", "diuretics loop"),
        ("alpha- and beta-blockers", "0-5;16-23", "alpha-blockers"),
    ],
)
def test_text_that_is_what_the_offsets_mark_but_for_white_space(
    write_document, text, offsets, given
):
    read_document(write_document(text, entity(offsets, text=given), ""))


@pytest.mark.parametrize(
    ("text", "offsets", "given", "marked"),
    [
        ("Dexarol now", "1-7", "Dexarol", "exarol "),
        ("Dexarol.", "0-7", "Dexarol", "Dexarol."),
        ("Dexarol now", "0-6", "dexarol", "Dexarol"),
        (LOOP, "0-3;15-22", "loop diuretics", "loop … iuretics"),
        ("now", "0-2", "", "now"),
    ],
)
def test_text_that_differs_from_what_the_offsets_mark(write_document, text, offsets, given, marked):
    element = f'<entity id="e0" charOffset="{offsets}" type="drug" text="{given}"/>'
    path = write_document(text, element, "")
    with pytest.warns(UserWarning, match="DDI910") as caught:
        [sentence] = read_document(path).sentences
    assert len(sentence.mentions) == 1
    [warning] = caught
    found = f"{path}, line 4: text {given!r}, but charOffset {offsets!r} marks {marked!r}"
    assert str(warning.message).endswith(f"Found 1: {found}.")


def test_a_folder_s_problems_are_counted_and_the_first_are_listed(write_document):
    for i in range(12):
        path = write_document(document=f"D{i:02}", entities=entity("0-5", text="Dexarol"), pairs="")
    with pytest.warns(UserWarning, match="DDI910") as caught:
        assert len(list(read_folder(path.parent))) == 12
    [warning] = caught
    message = str(warning.message)
    assert "Found 12: " in message
    assert message.count("line 4: text") == 10
    assert message.endswith("; and 2 more.")


def test_problems_can_be_handed_over_instead(write_document):
    path = write_document(entities=entity("0-5", text="Dexarol"), pairs="")
    problems: list[Problem] = []
    list(read_folder(path.parent, on_problem=problems.append))
    [problem] = problems
    assert (problem.kind, problem.path, problem.line) == (Warnings.TEXT_DIFFERS, path, 4)


@pytest.mark.parametrize("swapped", [False, True])
def test_a_pair_given_twice_counts_once(write_document, swapped):
    again = pair(e1="e1", e2="e0") if swapped else pair()
    path = write_document(entities=TWO, pairs=pair() + "\n" + again)
    with pytest.warns(UserWarning, match="DDI911") as caught:
        [sentence] = read_document(path).sentences
    assert sentence.interactions == (Interaction("e0", "e1", "effect"),)
    names = "'e1' and 'e0'" if swapped else "'e0' and 'e1'"
    assert f"{path}, line 6: {names}, as in line 5" in str(caught[0].message)


@pytest.mark.parametrize(
    ("first", "second", "said", "first_said"),
    [
        (pair(type="int"), pair(), "effect", "int"),
        (pair("false", type=""), pair(), "effect", "not interacting"),
        (pair(), pair("false", e1="e1", e2="e0", type=""), "not interacting", "effect"),
        (pair(), pair(type=""), "interacting, without a type", "effect"),
    ],
)
def test_a_pair_with_two_labels_is_refused(write_document, first, second, said, first_said):
    path = write_document(entities=TWO, pairs=first + "\n" + second)
    with pytest.raises(CorpusError, match="DDI114") as caught:
        read_document(path)
    assert f"{path}, line 6: the pair of '" in str(caught.value)
    assert f"is annotated as {said}, but in line 5 as {first_said}." in str(caught.value)


def test_entities_of_the_same_characters_are_one_mention(write_document):
    entities = entity("0-6") + entity("0-6", name="e1", type="brand") + entity("18-26", name="e2")
    path = write_document(entities=entities, pairs=pair(e2="e2") + pair("false", type=""))
    with pytest.warns(UserWarning, match=r"DDI913.*line 4: entity 'e1' \(brand\).*'e0' \(drug\)"):
        [sentence] = read_document(path).sentences
    assert sentence.interactions == (Interaction("e0", "e2", "effect"),)


def test_an_interaction_of_entities_of_the_same_characters_is_left_out(write_document):
    path = write_document(entities=entity("0-6") + entity("0-6", name="e1"), pairs=pair())
    with pytest.warns(UserWarning, match=r"DDI913.*Found 2.*line 5: an interaction of 'e0'"):
        [sentence] = read_document(path).sentences
    assert sentence.interactions == ()


def test_labels_of_a_pair_are_compared_by_the_characters_of_its_entities(write_document):
    entities = entity("0-6") + entity("0-6", name="e1") + entity("18-26", name="e2")
    path = write_document(
        entities=entities, pairs=pair(e2="e2") + pair(e1="e1", e2="e2", type="int")
    )
    with pytest.raises(CorpusError, match=r"DDI114.*'Dexarol' \(e1\).*as int.*as effect"):
        read_document(path)


def test_sentence_id_that_is_given_twice(write_document):
    path = write_document()
    whole = path.read_text("utf8")
    sentence = whole[whole.index("<sentence") : whole.index("</document>")]
    path.write_text(whole.replace("</document>", sentence + "</document>"), "utf8")
    with pytest.warns(UserWarning, match=r"DDI912.*line 7: sentence id 'D0.s0', which line 3 has"):
        assert len(read_document(path).sentences) == 2


def test_document_id_that_is_given_twice(write_document):
    first = write_document(document="D0")
    second = first.with_name("D1.xml")
    second.write_bytes(first.read_bytes())
    with pytest.warns(
        UserWarning, match=r"DDI912.*D1\.xml, line 1: document id 'D0', which .*D0\.xml"
    ):
        assert len(list(read_folder(first.parent))) == 2


@pytest.mark.parametrize(
    ("entities", "pairs", "found"),
    [
        ("<entities>" + TWO + "</entities>", "", "<entities> in <sentence>"),
        (TWO, '<pair id="p" e1="e0" e2="e1" ddi="true" typ="int"/>', "attribute 'typ' of <pair>"),
        (TWO, pair("false"), "type 'effect' of a pair with ddi 'false'"),
        (TWO + "<negation/>", "", "<negation> in <sentence>"),
    ],
)
def test_what_the_format_does_not_have_is_not_read(write_document, entities, pairs, found):
    path = write_document(entities=entities, pairs=pairs)
    with pytest.warns(UserWarning, match="DDI914") as caught:
        read_document(path)
    assert found in str(caught[0].message)


def test_comments_and_foreign_namespaces_are_no_problem(write_document):
    path = write_document(entities="<!-- none -->", pairs="<?none?>")
    text = path.read_text("utf8").replace("<document ", '<document xml:lang="en" ')
    path.write_text(text, "utf8")
    assert len(read_document(path).sentences) == 1


def test_sentences_are_read_at_any_depth(write_document):
    path = write_document()
    text = path.read_text("utf8").replace("<sentence", "<section><sentence")
    path.write_text(text.replace("</sentence>", "</sentence></section>"), "utf8")
    with pytest.warns(UserWarning, match=r"Found 1: .*<section> in <document>, but for its sent"):
        assert len(read_document(path).sentences) == 1


def test_sentence_says_where_it_is_from(write_document):
    path = write_document()
    assert read_document(path).sentences[0].origin == f"{path}, line 3"


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
        empty = f'<sentence id="{path.stem}.s0" text=""/>'
        path.write_text(f'<document id="{path.stem}">{empty}</document>', encoding="utf8")
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
    path.write_text("\ufeffD0\n\n  D1 \r\n", encoding="utf8")
    assert read_document_list(path) == ["D0", "D1"]


def test_document_list_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "list.bin"
    path.write_bytes(b"D0\n\xff\xfe")
    with pytest.raises(CorpusError, match=r"list\.bin"):
        read_document_list(path)
