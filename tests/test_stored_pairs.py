"""Pairs follow their characters through any change of the tokens."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_ddi.annotations import install_extensions, make_relation
from spacy_ddi.errors import DDIError

VOCAB = Vocab()
N_TOKENS = 8


def tokens_that_hold(doc: Doc, start: int, end: int) -> tuple[int, int]:
    held = [token.i for token in doc if token.idx < end and token.idx + len(token) > start]
    return held[0], held[-1] + 1


def change_tokens(draw: st.DrawFn, doc: Doc) -> None:
    i = draw(st.integers(0, len(doc) - 1))
    with doc.retokenize() as retokenizer:
        if draw(st.booleans()):
            retokenizer.merge(doc[i : draw(st.integers(i + 1, len(doc)))])
        elif len(doc[i]) > 1:
            cut = draw(st.integers(1, len(doc[i]) - 1))
            text = doc[i].text
            # Orths that begin with a blank are spaCy's own affair.
            if not text[cut - 1].isspace() and not text[cut].isspace():
                retokenizer.split(doc[i], [text[:cut], text[cut:]], heads=[doc[i], doc[i]])


@given(st.data())
def test_relations_follow_their_characters(data):
    install_extensions()
    words = data.draw(
        st.lists(st.sampled_from(["a", "bc", "defg", "\n"]), min_size=N_TOKENS, max_size=N_TOKENS)
    )
    spaces = data.draw(st.lists(st.booleans(), min_size=N_TOKENS, max_size=N_TOKENS))
    doc = Doc(VOCAB, words=words, spaces=spaces)
    text = doc.text
    place = st.tuples(st.integers(0, N_TOKENS - 1), st.integers(1, 3)).map(
        lambda drawn: (drawn[0], min(drawn[0] + drawn[1], N_TOKENS))
    )
    head, tail = sorted(data.draw(st.lists(place, min_size=2, max_size=2, unique=True)))
    characters = [
        (doc[start].idx, doc[end - 1].idx + len(doc[end - 1])) for start, end in (head, tail)
    ]
    doc._.ddi_rels = [make_relation(head, tail, "int", 0.5)]
    for _ in range(data.draw(st.integers(1, 3))):
        change_tokens(data.draw, doc)
        assert doc.text == text
        expected = [tokens_that_hold(doc, *place) for place in characters]
        if expected[0] == expected[1]:
            with pytest.raises(DDIError, match="DDI045"):
                _ = doc._.ddi
            return
        assert doc._.ddi_rels == [make_relation(*expected, "int", 0.5)]
        [relation] = doc._.ddi
        assert [(s.start, s.end) for s in (relation.head, relation.tail)] == expected
        assert (relation.head_text, relation.tail_text) == tuple(text[a:b] for a, b in characters)
