"""The list of names, and what counts as recognised."""

from __future__ import annotations

import re

import pytest
from spacy.lang.en import English

from benchmarks.new_names import read_new_names, sentences_with

NAMES = [
    (name, sentences) for names in read_new_names().values() for name, sentences in names.items()
]


@pytest.mark.parametrize(("name", "sentences"), NAMES)
def test_a_name_stands_once_in_each_of_three_sentences(name: str, sentences: list[str]) -> None:
    assert len(sentences) == len(set(sentences)) >= 3
    for sentence in sentences:
        assert len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", sentence)) == 1
        assert sentence.lower().count(name.lower()) == 1


def test_names_and_sentences_are_not_listed_twice() -> None:
    assert len({name.lower() for name, _ in NAMES}) == len(NAMES)
    every = [sentence for _, sentences in NAMES for sentence in sentences]
    assert len(set(every)) == len(every)


def test_a_name_counts_with_its_own_boundaries_only() -> None:
    nlp = English()
    ruler = nlp.add_pipe("entity_ruler")
    patterns = ["grapefruit juice", "new kava"]
    ruler.add_patterns([{"label": "drug_n", "pattern": pattern} for pattern in patterns])
    ruler.add_patterns([{"label": "disease", "pattern": "garlic"}])
    lines = ["No grapefruit juice.", "No old grapefruit juices."]
    assert sentences_with(nlp, "grapefruit juice", lines) == [True, False]
    assert sentences_with(nlp, "kava", ["Take new kava.", "Take kava."]) == [False, False]
    assert sentences_with(nlp, "garlic", ["Take garlic."]) == [False]
