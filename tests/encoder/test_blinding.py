"""Blinding: shadows without names, and what a transformer makes of them."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import spacy_transformers  # noqa: F401  (gives spaCy's registry the span getters)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from spacy.pipeline import Pipe
from spacy.tokens import Doc, Span
from spacy.util import registry
from thinc.api import Model

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.mentions import MentionSource, mention_ranges
from spacy_ddi.candidates.negative_filter import configure_negative_filter
from spacy_ddi.candidates.reading_note import noted_ranges
from spacy_ddi.candidates.sentences import Ints, sentence_index
from spacy_ddi.encoder.blinding import blind, check_blind_word
from spacy_ddi.encoder.first_word_piece import first_word_piece
from spacy_ddi.encoder.span_getter import SpanGetter, configure_blinded_sents
from spacy_ddi.gold import MENTIONS_KEY
from tests.helpers import docs, make_doc, text_doc
from tests.tiny_bert import WIDTH, make_tiny_transformer


def make_getter(**settings: object) -> SpanGetter:
    """All sentences are read, unless something else is asked."""
    getter = registry.span_getters.get("spacy-ddi.blinded_sents.v2")
    return getter(**{"candidates": CandidateFinder(), "read_all": True, **settings})


def shadow_of(doc: Doc, word: str = "drug") -> Doc:
    return blind(doc, mention_ranges(MentionSource()(doc)), sentence_index(doc), word)


PAIRS_OF_TEXTS = [
    pytest.param("<zinc> alters <iron> .", "<zinc oxide> alters <iron> .", id="tokens"),
    pytest.param("(<zinc>) alters [<iron>]", "(<zinc oxide salts>) alters [<A B>]", id="brackets"),
    pytest.param("<zinc>/<iron>, a", "<zinc oxide>/<iron (II)>, a", id="no space"),
    pytest.param("the <zinc>", "the <5-HT>", id="end of text"),
    pytest.param("a\n<zinc>\nb <iron>", "a\n<zinc oxide>\nb <iron\nsalts>", id="newlines"),
    pytest.param("a <zinc> <iron>", "a <zinc x> <iron y>", id="next to each other"),
]


@given(docs())
def test_shadow_has_as_many_tokens_and_no_name(doc: Doc) -> None:
    shadow = shadow_of(doc)
    assert len(shadow) == len(doc)
    for mention in MentionSource()(doc):
        words = [shadow[i].text for i in range(mention.start, mention.end)]
        assert words[0] == "drug"
        assert set(words) <= {"drug", " "}


@given(docs())
def test_other_tokens_are_as_they_were(doc: Doc) -> None:
    named = {i for mention in MentionSource()(doc) for i in range(mention.start, mention.end)}
    shadow = shadow_of(doc)
    for token in doc:
        if token.i not in named:
            assert shadow[token.i].text == token.text


@pytest.mark.parametrize(("one", "other"), PAIRS_OF_TEXTS)
def test_texts_that_differ_in_names_have_the_same_shadow(one: str, other: str) -> None:
    """But for the number of blanks."""
    words = [shadow_of(text_doc(text)).text.split() for text in (one, other)]
    assert words[0] == words[1]
    assert words[0].count("drug") == 2 - ("the" in one)


def test_layout_reads_as_blanks() -> None:
    doc = make_doc(["a", "\n\n", "zinc", " ", "b\u200bc"], mentions=[(2, 3)])
    assert [token.text for token in shadow_of(doc)] == ["a", " ", "drug", " ", "bc"]


def test_each_run_of_nested_mentions_reads_as_the_word() -> None:
    """As many as the nodes that the mentions make in the graph."""
    doc = make_doc("a b c d e f", mentions=[(1, 5), (2, 3)])
    assert [token.text for token in shadow_of(doc)] == ["a", "drug", "drug", "drug", " ", "f"]


def test_chosen_word_stands_for_mentions() -> None:
    doc = make_doc("a zinc b", mentions=[(1, 2)])
    assert shadow_of(doc, "DRUGX").text.split() == ["a", "DRUGX", "b"]


def test_doc_itself_is_left_alone() -> None:
    doc = make_doc("a zinc b", mentions=[(1, 2)])
    make_getter()([doc])
    assert doc.text == "a zinc b "
    assert [span.text for span in doc.spans[MENTIONS_KEY]] == ["zinc"]


@pytest.mark.parametrize("word", ["", " ", "two words", " drug", "drug\n"])
def test_word_that_is_not_one_word_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"\[DDI015\]"):
        check_blind_word(word)
    with pytest.raises(ValueError, match=r"\[DDI015\]"):
        make_getter(word=word)


@pytest.mark.parametrize("max_tokens", [0, -1])
def test_pieces_of_no_tokens_are_refused(max_tokens: int) -> None:
    with pytest.raises(ValueError, match=r"\[DDI012\].*max_tokens"):
        make_getter(max_tokens=max_tokens)


@given(st.lists(docs(), max_size=3), st.integers(1, 9))
def test_spans_cover_each_token_once_in_pieces(drawn: list[Doc], max_tokens: int) -> None:
    spans = make_getter(max_tokens=max_tokens)(drawn)
    assert len(spans) == len(drawn)
    for doc, pieces in zip(drawn, spans, strict=True):
        assert [token.i for piece in pieces for token in piece] == list(range(len(doc)))
        assert all(0 < len(piece) <= max_tokens for piece in pieces)
        assert all(
            not token.is_sent_start
            for piece in pieces
            for token in doc[piece.start + 1 : piece.end]
        )


def test_sentences_within_the_limit_are_whole() -> None:
    doc = make_doc("a b c d e", sent_starts=[True, False, True, False, False])
    assert [(span.start, span.end) for span in make_getter(max_tokens=3)([doc])[0]] == [
        (0, 2),
        (2, 5),
    ]


def test_getter_reads_the_chosen_mentions() -> None:
    doc = make_doc("a zinc b", mentions=[(1, 2)], label="GROUP")
    doc.spans["others"] = [doc[0:1]]
    sources = [MentionSource(), MentionSource(labels=("DRUG",)), MentionSource("others")]
    getters = [make_getter(candidates=CandidateFinder(source)) for source in sources]
    texts = [getter([doc])[0][0].text.split() for getter in getters]
    assert texts == [["a", "drug", "b"], ["a", "zinc", "b"], ["drug", "zinc", "b"]]


def test_registered_getter_survives_pickle() -> None:
    getter = pickle.loads(pickle.dumps(make_getter(word="it", max_tokens=2)))
    doc = make_doc("a zinc b", mentions=[(1, 2)])
    assert [span.text.split() for span in getter([doc])[0]] == [["a", "it"], ["b"]]


TokenVectors = Callable[[Doc], NDArray[np.float32]]


@pytest.fixture(scope="module")
def token_vectors(tmp_path_factory: pytest.TempPathFactory) -> TokenVectors:
    """From a Doc to what a listener with first-word-piece pooling gets from a blinded encoder."""
    transformer = make_tiny_transformer(tmp_path_factory.mktemp("bert"))
    listener = make_listener()

    def encode(doc: Doc) -> NDArray[np.float32]:
        (vectors,) = listener.predict([transformer(doc)])
        assert len(vectors) == len(doc)
        return vectors

    return encode


def make_listener() -> Model[list[Doc], list[NDArray[np.float32]]]:
    listener = registry.architectures.get("spacy-transformers.TransformerListener.v1")(
        pooling=first_word_piece()
    )
    listener.get_ref("listener").set_dim("nO", WIDTH)
    return listener


def is_seen(doc: Doc) -> list[bool]:
    """Whether a token has a vector of its own: no further token of a name, no blank."""
    hidden = {i for m in MentionSource()(doc) for i in range(m.start + 1, m.end)}
    return [token.i not in hidden and not token.is_space for token in doc]


@pytest.mark.parametrize(("one", "other"), PAIRS_OF_TEXTS)
def test_transformer_sees_no_name(token_vectors: TokenVectors, one: str, other: str) -> None:
    """The vectors of all other tokens, and of each name's first, do not tell the names apart."""
    seen = []
    for doc in (text_doc(one), text_doc(other)):
        vectors, visible = token_vectors(doc), np.array(is_seen(doc))
        assert np.abs(vectors[visible]).sum(axis=1).all()
        assert not vectors[~visible].any()
        seen.append(vectors[visible])
    np.testing.assert_allclose(seen[0], seen[1], atol=1e-5)


def test_transformer_sees_the_other_words(token_vectors: TokenVectors) -> None:
    """So that the test before can fail."""
    one, other = (token_vectors(text_doc(f"<zinc> {word} <iron>")) for word in ("alters", "the"))
    assert np.abs(one - other).max(axis=1).min() > 1e-3


def test_each_token_gets_the_vector_of_its_own_first_piece(token_vectors: TokenVectors) -> None:
    """The same word at the same place in another sentence piece, behind blanks and long names."""
    sentence = make_doc("the zinc salts alters iron", mentions=[(1, 3)])
    alone = token_vectors(sentence)
    doc = make_doc(
        ["\n", "b", "zinc", "oxide", "the", "zinc", "salts", "alters", "iron", "\n"],
        mentions=[(2, 4), (5, 7)],
        sent_starts=[True, False, False, False, True, False, False, False, False, False],
    )
    np.testing.assert_allclose(token_vectors(doc)[4:9], alone, atol=1e-5)


@pytest.mark.parametrize("words", [["\n"], ["\n", "the", " ", "\t", "zinc", "\n\n"]])
def test_blank_tokens_get_zeros(token_vectors: TokenVectors, words: list[str]) -> None:
    vectors = token_vectors(make_doc(words))
    assert vectors.any(axis=1).tolist() == [not word.isspace() for word in words]


def test_without_a_word_the_encoder_reads_the_names() -> None:
    doc = make_doc("the iron salt", mentions=[(1, 3)])
    (spans,) = configure_blinded_sents(CandidateFinder(), word=None, read_all=True)([doc])
    assert [span.text for span in spans] == ["the iron salt"]
    assert spans[0].doc is doc


@given(docs(), st.booleans(), st.integers(1, 9), st.sampled_from(["drug", None]))
def test_sentences_without_a_pair_are_blank(
    doc: Doc, read_all: bool, max_tokens: int, word: str | None
) -> None:
    getter = make_getter(read_all=read_all, max_tokens=max_tokens, word=word)
    whole = make_getter(word=word, max_tokens=10**6)
    # A span is never of no text, unless there is nothing else to read.
    (spans,), (sentences,) = getter([doc]), whole([doc])
    starts = [mention.start for mention in MentionSource()(doc)]
    read = {
        token.i: token.text
        for sentence in sentences
        if read_all or sum(sentence.start <= start < sentence.end for start in starts) >= 2
        for token in sentence
    }
    if not read:
        assert [span.text.strip() for span in spans] == [""] * bool(len(doc))
        return
    found = [token for span in spans for token in span]
    assert [token.i for token in found] == list(range(len(doc)))
    assert all(token.text == read.get(token.i, " ") for token in found)
    for span in spans:
        parts = {doc[token.i].sent.start for token in span if token.i in read}
        assert len(parts) == 1


def test_docs_without_a_sentence_to_read_have_no_span() -> None:
    pair, single = make_doc("A w B", mentions=[(0, 1), (2, 3)]), make_doc("A w", mentions=[(0, 1)])
    spans = make_getter(read_all=False)([single, make_doc([]), pair])
    assert [len(doc_spans) for doc_spans in spans] == [0, 0, 1]


def first_two(doc: Doc, mentions: Sequence[Span], sentences: Ints) -> Ints:
    """A generator of candidates that proposes one pair a Doc."""
    return np.array([[0, 1]][: len(mentions) - 1], dtype=np.int64).reshape(-1, 2)


LISTED = "<a> and <b> . <c> , <d> and <e> ."


@pytest.mark.parametrize(
    ("finder", "read_all", "read"),
    [
        (CandidateFinder(), False, [True, True]),
        (CandidateFinder(negative_filter=configure_negative_filter()), False, [True, False]),
        (CandidateFinder(generator=first_two), False, [True, False]),
        (CandidateFinder(generator=first_two), True, [True, True]),
    ],
)
def test_sentences_without_a_candidate_pair_are_not_read(
    finder: CandidateFinder, read_all: bool, read: list[bool]
) -> None:
    doc = text_doc(LISTED)
    for token in doc:
        token.is_sent_start = token.i in (0, 4)
    (spans,) = make_getter(candidates=finder, read_all=read_all)([doc])
    text = "".join(span.text for span in spans)
    assert [text.count("and") > 0, "," in text] == read


@given(st.lists(docs(), max_size=3))
def test_every_sentence_with_a_candidate_is_read(drawn: list[Doc]) -> None:
    finder = CandidateFinder(negative_filter=configure_negative_filter())
    getter = make_getter(read_all=False, candidates=finder)
    for doc, spans in zip(drawn, getter(drawn), strict=True):
        candidates = finder(doc)
        words = {token.i: token.text for span in spans for token in span}
        for pair in candidates.pairs:
            for place in pair:
                assert words[candidates.mentions[place].start] == "drug"


def test_what_is_blinded_is_noted_on_the_doc() -> None:
    doc = make_doc("a w b", mentions=[(0, 1), (2, 3)])
    make_getter()([doc])
    assert noted_ranges(doc).tolist() == [[0, 1], [2, 3]]


@pytest.fixture(scope="module")
def transformers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipe, Pipe]:
    """Of the same weights: one that reads every sentence, one that reads those with a pair."""
    return (
        make_tiny_transformer(tmp_path_factory.mktemp("bert")),
        make_tiny_transformer(tmp_path_factory.mktemp("bert"), read_all=False),
    )


@settings(max_examples=30)
@given(st.lists(docs(), max_size=4))
def test_what_is_read_has_the_same_vectors(
    transformers: tuple[Pipe, Pipe], drawn: list[Doc]
) -> None:
    assume(any(len(doc) for doc in drawn))  # spacy-transformers can't pool nothing
    every, chosen = (
        make_listener().predict(list(transformer.pipe(doc.copy() for doc in drawn)))
        for transformer in transformers
    )
    for doc, whole, part in zip(drawn, every, chosen, strict=True):
        sentences = sentence_index(doc)
        starts = sentences[[mention.start for mention in MentionSource()(doc)]]
        is_read = np.bincount(starts, minlength=len(doc) + 1)[sentences] >= 2
        if is_read.any():
            np.testing.assert_allclose(part[is_read], whole[is_read], atol=1e-5)
            assert not part[~is_read].any()
