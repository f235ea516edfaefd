"""The texts that the service is measured on, and how answers are compared."""

from __future__ import annotations

from benchmarks.service.loads import differing
from benchmarks.service.texts import WORDS, make_text


def test_texts_have_their_length_and_are_unlike_each_other():
    texts = [make_text(number) for number in range(50)]
    assert len(set(texts)) == 50
    assert all(WORDS <= len(text.split()) < WORDS + 20 for text in texts)
    assert make_text(7) == texts[7]


def test_answers_differ_by_place_type_or_more_than_the_last_digits_of_a_score():
    one = {"head_start": 3, "label": "advise", "score": 0.7}
    assert not differing([one], [{**one, "score": 0.705}])
    assert differing([one], [{**one, "score": 0.72}])
    assert differing([one], [{**one, "head_start": 4}])
    assert differing([one], [{**one, "label": "int"}])
    assert differing([one], [])
