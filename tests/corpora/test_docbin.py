"""Storing gold Docs."""

from __future__ import annotations

from collections import Counter

import pytest
from spacy.lang.en import English
from spacy.tokens import DocBin

from spacy_ddi.annotations import get_relations, relations_of_doc
from spacy_ddi.corpora.docbin import CorpusCounts, read_docbin, write_docbin
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.errors import CorpusError
from spacy_ddi.gold import DOCUMENT_ID, MENTIONS_KEY, SENTENCE_ID, origin_of

UNTYPED = '<pair id="p0" e1="e0" e2="e1" ddi="true"/>'


def test_counts_of_what_was_written(nlp, write_document, tmp_path):
    write_document(document="D0")
    write_document(document="D1", pairs=UNTYPED)
    folder = write_document(document="D2", pairs="").parent
    counts = write_docbin(read_docs(folder, nlp.make_doc), tmp_path / "new" / "gold.spacy")
    assert (counts.mentions, counts.typed_pairs) == (6, 1)
    assert counts == CorpusCounts(
        sentences=3,
        pairs=3,
        true_pairs=2,
        mention_types=Counter(brand=3, drug=3),
        pair_types=Counter(mechanism=1),
    )


def test_round_trip_keeps_relations_and_mention_ids(nlp, write_document, tmp_path):
    folder = write_document().parent
    [doc] = read_docs(folder, nlp.make_doc)
    write_docbin([doc], tmp_path / "gold.spacy")
    [stored] = DocBin().from_disk(tmp_path / "gold.spacy").get_docs(English().vocab)
    assert get_relations(stored) == get_relations(doc)
    assert len(get_relations(stored)) == 1
    spans = stored.spans[MENTIONS_KEY]
    assert [(s.text, s.label_, s.id_) for s in spans] == [
        ("Dexarol", "brand", "e0"),
        ("plinozide", "drug", "e1"),
    ]
    [relation] = relations_of_doc(stored)
    assert (relation.head.text, relation.tail.text) == ("Dexarol", "plinozide")
    assert stored.user_data[SENTENCE_ID] == "D0.s0"
    assert stored.user_data[DOCUMENT_ID] == "D0"


def test_round_trip_keeps_apart_none_found_and_not_annotated(nlp, write_document, tmp_path):
    folder = write_document(pairs="").parent
    write_docbin(read_docs(folder, nlp.make_doc), tmp_path / "gold.spacy")
    [stored] = DocBin().from_disk(tmp_path / "gold.spacy").get_docs(English().vocab)
    assert get_relations(stored) == []


def test_docs_say_where_they_were_read_from(nlp, write_document, tmp_path):
    [doc] = read_docs(write_document().parent, nlp.make_doc)
    path = tmp_path / "gold.spacy"
    docs = [doc, nlp.make_doc("own"), nlp.make_doc("own")]
    DocBin(docs=docs, store_user_data=True).to_disk(path)
    origins = [origin_of(stored) for stored in read_docbin(path, nlp.vocab)]
    assert origins == [origin_of(doc), f"{path}, Doc 2", f"{path}, Doc 3"]
    assert origins[0].endswith("D0.xml, line 3")


@pytest.mark.parametrize("content", [b"", b"plain text", b"\x78\x9c\x03\x00\x00\x00\x00\x01"])
def test_file_that_is_no_docbin_is_named(nlp, tmp_path, content):
    path = tmp_path / "other.spacy"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"DDI117.*other\.spacy"):
        list(read_docbin(path, nlp.vocab))
