"""Which sentences are chosen for annotation."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_ddi.runs.sentence_choice import Choosable, Seen, choose, uncertainty_of

SENTENCES = st.lists(
    st.builds(
        Choosable,
        st.just(0.0) | st.floats(0.01, 5),
        st.frozensets(st.sampled_from("abcdef"), max_size=4),
        st.frozensets(st.sampled_from("uvwxyz"), max_size=3),
    ),
    max_size=12,
)


def test_uncertainty_is_the_entropy_of_all_pairs():
    assert uncertainty_of([]) == 0
    assert uncertainty_of([[1.0, 0.0]]) == 0
    assert uncertainty_of([[0.5, 0.5], [0.25] * 4]) == pytest.approx(log(2) + log(4))


def test_unsure_sentences_come_first():
    words = [({f"word{i}"}, {f"name{i}"}) for i in range(3)]
    sentences = [Choosable(unsure, *words[i]) for i, unsure in enumerate((0.2, 0.9, 0.5))]
    assert choose(sentences, 3, Seen()) == [1, 2, 0]
    assert choose(sentences, 2, Seen()) == [1, 2]


def test_what_is_like_a_chosen_one_comes_later():
    alike = Choosable(1.0, {"may", "raise", "levels"}, {"warfarin"})
    other = Choosable(0.7, {"avoid", "together"}, {"tramadol"})
    assert choose([alike, alike, other], 3, Seen()) == [0, 2, 1]


def test_new_names_come_first():
    seen = Seen()
    seen.add({"avoid"}, {"warfarin"})
    known, new = (Choosable(1.0, {"avoid"}, {name}) for name in ("warfarin", "plinozide"))
    assert choose([known, new], 1, seen) == [1]
    # What was chosen is known from now on.
    assert seen.value_of(new) == seen.value_of(known)


def test_what_the_pipeline_is_sure_of_is_not_chosen():
    sure = Choosable(0.0, {"avoid"}, {"warfarin"})
    assert choose([sure, sure._replace(uncertainty=0.1)], 5, Seen()) == [1]


@given(SENTENCES, st.integers(0, 12))
def test_each_choice_is_the_best_of_its_time(sentences: list[Choosable], n: int):
    seen, left = Seen(), dict(enumerate(sentences))
    chosen = choose(sentences, n, Seen())
    assert len(chosen) == min(n, sum(seen.value_of(each) > 0 for each in sentences))
    for i in chosen:
        assert seen.value_of(left[i]) == max(map(seen.value_of, left.values()))
        seen.add(sentences[i].words, sentences[i].names)
        del left[i]
