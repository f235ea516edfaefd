"""Recall by the length of sentences."""

from __future__ import annotations

from math import inf

from benchmarks.sentence_lengths import count_by_length
from spacy_ddi.corpora.documents import Document, Interaction, Sentence


def test_true_pairs_are_counted_by_the_words_of_their_sentence() -> None:
    sentences = [
        Sentence("s0", "word " * 20, (), (Interaction("a", "b", "int"),)),
        Sentence("s1", "word " * 21, (), (Interaction("c", "d", "int"), Interaction("c", "e", ""))),
        Sentence("s2", "word " * 61, (), (Interaction("f", "g", "advise"),)),
    ]
    lines = ["s0|b|a|1|int", "s1|c|d|1|effect", "s1|c|e|1|int", "s1|d|e|1|int", "s2|f|g|1|advise"]
    counts = count_by_length(lines, [Document("d0", tuple(sentences))])
    assert {bound: (found.n_right, found.n_true) for bound, found in counts.items()} == {
        20: (1, 1),
        40: (0, 1),
        60: (0, 0),
        inf: (1, 1),
    }
    assert [found.sentences for found in counts.values()] == [{"s0"}, {"s1"}, set(), {"s2"}]
