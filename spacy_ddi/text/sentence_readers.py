"""spaCy's parser and entity recognizer, which read sentences one by one without their layout.

T tokens of a Doc. Both components work by transitions over the tokens, of which a line end is one.
With it, a name that is broken over two lines would be another name, and the parse another parse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import DEP, ENT_ID, ENT_IOB, ENT_KB_ID, ENT_TYPE, HEAD
from spacy.language import Language
from spacy.pipeline.dep_parser import DEFAULT_PARSER_MODEL, DependencyParser
from spacy.pipeline.ner import DEFAULT_NER_MODEL, EntityRecognizer
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Ints2d

from spacy_ddi.text.clean_copy import CleanCopy, clean_copies

LAYOUT_DEP: Final = "dep"
"""The label of layout in the parse, as en_core_web_sm labels white space."""

_ENTITY_ATTRIBUTES: Final = [ENT_IOB, ENT_TYPE, ENT_KB_ID, ENT_ID]
_IOB_INSIDE, _IOB_OUTSIDE, _IOB_BEGIN = 1, 2, 3


class Reading(NamedTuple):
    """What a component predicts.

    copies (List[List[CleanCopy]]): For each Doc the sentences that were read.
    states (Any): What spaCy's component predicts of them, one after another.
    """

    copies: list[list[CleanCopy]]
    states: Any


@Language.factory(
    "sentence_parser",
    assigns=["token.dep", "token.head", "token.is_sent_start", "doc.sents"],
    default_config={
        "moves": None,
        "update_with_oracle_cut_size": 100,
        "learn_tokens": False,
        "min_action_freq": 30,
        "model": DEFAULT_PARSER_MODEL,
        "scorer": {"@scorers": "spacy.parser_scorer.v1"},
    },
    default_score_weights={
        "dep_uas": 0.5,
        "dep_las": 0.5,
        "dep_las_per_type": None,
        "sents_p": None,
        "sents_r": None,
        "sents_f": 0.0,
    },
)
def make_sentence_parser(
    nlp: Language,
    name: str,
    model: Model[list[Doc], Any],
    moves: Any | None,
    update_with_oracle_cut_size: int,
    learn_tokens: bool,
    min_action_freq: int,
    scorer: Callable[..., Any] | None,
) -> SentenceParser:
    """Create the parser; its settings and what it stores are those of spaCy's `parser`.

    RETURNS (SentenceParser): The component.
    """
    return SentenceParser(
        nlp.vocab,
        model,
        name=name,
        moves=moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        learn_tokens=learn_tokens,
        min_action_freq=min_action_freq,
        scorer=scorer,
    )


@Language.factory(
    "sentence_ner",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={
        "moves": None,
        "update_with_oracle_cut_size": 100,
        "model": DEFAULT_NER_MODEL,
        "incorrect_spans_key": None,
        "scorer": {"@scorers": "spacy.ner_scorer.v1"},
    },
    default_score_weights={
        "ents_f": 1.0,
        "ents_p": 0.0,
        "ents_r": 0.0,
        "ents_per_type": None,
    },
)
def make_sentence_ner(
    nlp: Language,
    name: str,
    model: Model[list[Doc], Any],
    moves: Any | None,
    update_with_oracle_cut_size: int,
    incorrect_spans_key: str | None,
    scorer: Callable[..., Any] | None,
) -> SentenceEntityRecognizer:
    """Create the recognizer; its settings and what it stores are those of spaCy's `ner`.

    RETURNS (SentenceEntityRecognizer): The component.
    """
    return SentenceEntityRecognizer(
        nlp.vocab,
        model,
        name=name,
        moves=moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        incorrect_spans_key=incorrect_spans_key,
        scorer=scorer,
    )


class SentenceParser(DependencyParser):
    """spaCy's dependency parser, which parses each sentence by itself, without its layout.

    Layout hangs on the word before it (at the start of a sentence on the word after it) as 'dep'.
    In training it reads Docs as they are.
    """

    def predict(self, docs: Iterable[Doc]) -> Reading:
        """Parse the sentences of some Docs.

        docs (Iterable[Doc]): The Docs.
        RETURNS (Reading): Their sentences and the parser's states.
        """
        copies = [_copies_with_vectors(doc) for doc in docs]
        return Reading(copies, super().predict(_all_sentences(copies)))

    def set_annotations(self, docs: Iterable[Doc], states_or_beams: Reading) -> None:
        """Write the parse on the Docs.

        docs (Iterable[Doc]): The Docs, changed in place.
        states_or_beams (Reading): As `predict` gives it.
        """
        copies, states = states_or_beams
        super().set_annotations(_all_sentences(copies), states)
        layout = self.vocab.strings.add(LAYOUT_DEP)
        for doc, own in zip(docs, copies, strict=True):
            if not len(doc) or _is_read_whole(doc, own):
                continue
            heads, labels = _joined_parse(doc, own, layout)
            offsets = (heads - np.arange(len(doc))).astype(np.uint64)
            doc.from_array([HEAD, DEP], cast(Ints2d, np.stack([offsets, labels], axis=1)))


class SentenceEntityRecognizer(EntityRecognizer):
    """spaCy's entity recognizer, which reads each sentence by itself, without its layout.

    No name begins or ends with layout; one that is broken over two lines is one name. In training
    it reads Docs as they are.
    """

    def predict(self, docs: Iterable[Doc]) -> Reading:
        """Find the names in some Docs.

        docs (Iterable[Doc]): The Docs.
        RETURNS (Reading): Their sentences and the recognizer's states.
        """
        copies = [_copies_with_entities(doc) for doc in docs]
        return Reading(copies, super().predict(_all_sentences(copies)))

    def set_annotations(self, docs: Iterable[Doc], states_or_beams: Reading) -> None:
        """Write the names on the Docs.

        docs (Iterable[Doc]): The Docs, changed in place.
        states_or_beams (Reading): As `predict` gives it.
        """
        copies, states = states_or_beams
        super().set_annotations(_all_sentences(copies), states)
        for doc, own in zip(docs, copies, strict=True):
            if len(doc) and not _is_read_whole(doc, own):
                doc.from_array(_ENTITY_ATTRIBUTES, _joined_entities(len(doc), own))


def _all_sentences(copies: list[list[CleanCopy]]) -> list[Doc]:
    return [copy.doc for own in copies for copy in own]


def _is_read_whole(doc: Doc, copies: list[CleanCopy]) -> bool:
    return bool(copies) and copies[0].doc is doc


def _copies_with_vectors(doc: Doc) -> list[CleanCopy]:
    """The sentences of a Doc with their rows of `doc.tensor`, where listeners look."""
    copies = clean_copies(doc)
    for copy in copies:
        if copy.doc is not doc and len(doc.tensor) == len(doc):
            copy.doc.tensor = doc.tensor[copy.tokens]
    return copies


def _copies_with_entities(doc: Doc) -> list[CleanCopy]:
    """The sentences of a Doc with the entities that are set on it already."""
    copies = _copies_with_vectors(doc)
    if not len(doc) or _is_read_whole(doc, copies):
        return copies
    preset = doc.to_array(_ENTITY_ATTRIBUTES).reshape(len(doc), -1)
    if not preset[:, 0].any():
        return copies
    for copy in copies:
        values = preset[copy.tokens]
        if values[0, 0] == _IOB_INSIDE:
            values[0, 0] = _IOB_BEGIN
        copy.doc.from_array(_ENTITY_ATTRIBUTES, cast(Ints2d, values))
    return copies


def _joined_parse(
    doc: Doc, copies: list[CleanCopy], layout: int
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Heads and labels of T tokens, shape (T,) each."""
    starts = np.flatnonzero(doc.to_array("SENT_START").astype(np.int64) == 1)
    starts = np.union1d(starts, [0])
    heads = np.arange(len(doc)) - 1
    heads[starts] = starts
    labels = np.full(len(doc), layout, dtype=np.uint64)
    for copy in copies:
        first = copy.tokens[0]
        heads[starts[np.searchsorted(starts, first, "right") - 1] : first] = first
        offsets = copy.doc.to_array("HEAD").astype(np.int64)
        heads[copy.tokens] = copy.tokens[np.arange(len(copy.tokens)) + offsets]
        labels[copy.tokens] = copy.doc.to_array("DEP")
    return heads, labels


def _joined_entities(length: int, copies: list[CleanCopy]) -> Ints2d:
    """Entity attributes of T tokens, shape (T, 4)."""
    values = np.zeros((length, len(_ENTITY_ATTRIBUTES)), dtype=np.uint64)
    values[:, 0] = _IOB_OUTSIDE
    for copy in copies:
        found = copy.doc.to_array(_ENTITY_ATTRIBUTES).reshape(len(copy.tokens), -1)
        values[copy.tokens] = found
        for i in np.flatnonzero(found[1:, 0] == _IOB_INSIDE).tolist():
            values[copy.tokens[i] + 1 : copy.tokens[i + 1]] = found[i + 1]
    return cast(Ints2d, values)
