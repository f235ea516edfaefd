"""Docs made from other Docs, with their relations.

`Doc.from_docs` drops what belongs to a whole Doc (warnings W101 and W102), and `Span.as_doc` drops
it silently.
"""

from __future__ import annotations

import reprlib
import warnings
from collections.abc import Iterable
from typing import Any, Final

from spacy.tokens import Doc, Span

from spacy_ddi.annotations import each_doc, install_extensions
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.gold import DOCUMENT_ID, MENTIONS_KEY, SOFT_LABELS, group_spans
from spacy_ddi.linked_drugs import DRUGS_KEY, moved_drugs
from spacy_ddi.reading_flags import FLAGS_KEY, moved_flags
from spacy_ddi.stored_pairs import RELATIONS_KEY, containing_span, places_of, read_pairs, shifted

_KEYS: Final = (RELATIONS_KEY, SOFT_LABELS)

_MOVED: Final[dict[str, Any]] = {DRUGS_KEY: moved_drugs, FLAGS_KEY: moved_flags}
"""What else is stored by characters, and what moves it."""

_NOT_LOST: Final = (
    r"\[W10[12]\] .*'ddi_(rels|drugs|flags|soft_labels|document|sentences?|origin|reading)\b"
)


def concatenate_docs(docs: Iterable[Doc], **kwargs: Any) -> Doc:
    """Join Docs into one, as `Doc.from_docs` does, and keep their relations.

    `doc._.ddi_rels` of the new Doc is `()` if nobody has looked for relations in any of the Docs.
    Soft labels, linked drugs and flags are kept, too, and the id of the corpus document if all Docs
    have the same one.

    docs (Iterable[Doc]): One Doc or more, of one vocabulary.
    **kwargs: As for `Doc.from_docs`: `ensure_whitespace`, `attrs`, `exclude`. With "user_data" in
        `exclude` there are no relations.
    RETURNS (Doc): The new Doc.
    RAISES (DDIError): If there is no Doc, or something else among them.
    """
    install_extensions()
    docs = list(each_doc(docs, "concatenate_docs"))
    if not docs:
        raise DDIError(Errors.NO_DOCS)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=_NOT_LOST, category=UserWarning)
        joined = Doc.from_docs(docs, **kwargs)
    if "user_data" in kwargs.get("exclude", ()):
        return joined
    n_tokens = 0
    for doc in docs:
        start = joined[n_tokens].idx if len(doc) else 0
        n_tokens += len(doc)
        for key in _KEYS:
            pairs = read_pairs(doc, key)
            if pairs is not None:
                moved = [shifted(pair, start) for pair in pairs]
                joined.user_data.setdefault(key, []).extend(moved)
        for key, moved_by in _MOVED.items():
            if key in doc.user_data:
                joined.user_data.setdefault(key, []).extend(moved_by(doc, start))
    documents = {doc.user_data.get(DOCUMENT_ID) for doc in docs}
    if len(documents) == 1 and None not in documents:
        joined.user_data[DOCUMENT_ID] = documents.pop()
    return joined


def span_as_doc(span: Span, **kwargs: Any) -> Doc:
    """A Doc of its own from a Span, as `span.as_doc` makes it, with the relations that lie wholly
    in it.

    `doc._.ddi_rels` of the new Doc is `()` if nobody has looked for relations in the Span's Doc.
    Soft labels, linked drugs, flags and the mentions in `doc.spans["ddi_mentions"]` are kept in the
    same way.

    span (Span): The Span, e.g. a sentence.
    **kwargs: As for `Span.as_doc`, e.g. `copy_user_data`.
    RETURNS (Doc): The new Doc.
    RAISES (DDIError): If it is no Span, or a merge of tokens has left a mention of the group
        outside of the Doc.
    """
    if not isinstance(span, Span):
        raise DDIError(
            Errors.OTHER_TYPE.format(
                where="span_as_doc",
                wanted="a Span",
                found=f"{type(span).__name__} {reprlib.repr(span)}",
                example="doc[3:7], one of doc.sents, or doc[:] for a whole Doc",
            )
        )
    install_extensions()
    source, part = span.doc, span.as_doc(**kwargs)
    start = source[span.start].idx if len(span) else 0
    end = start + len(part.text)
    for key in _KEYS:
        pairs = read_pairs(source, key)
        if pairs is not None:
            # In place of the soft labels of the whole Doc, which copy_user_data copies.
            part.user_data[key] = [
                shifted(pair, -start)
                for pair in pairs
                if all(start <= first and last <= end for first, last in places_of(pair))
            ]
    for key, moved_by in _MOVED.items():
        if key in source.user_data:
            part.user_data[key] = moved_by(source, -start, within=(start, end))
    if MENTIONS_KEY in source.spans:
        part.spans[MENTIONS_KEY] = [
            containing_span(
                part,
                (mention.start_char - start, mention.end_char - start),
                label=mention.label,
                kb_id=mention.kb_id,
                span_id=mention.id,
            )
            for mention in group_spans(source, MENTIONS_KEY)
            if start <= mention.start_char < mention.end_char <= end
        ]
    return part
