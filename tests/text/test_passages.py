"""Long texts in passages."""

from __future__ import annotations

import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_ddi.errors import DDIError
from spacy_ddi.formats.ddi2013 import read_document_list, read_folder
from spacy_ddi.text.passages import MAX_CHARACTERS, STRETCH, passages

# The corpus has one entity whose text is not what its offsets mark.
pytestmark = pytest.mark.filterwarnings("ignore:\\[DDI910\\]")

TEXTS = st.text(alphabet="abcdE .!\r\n\t-•(", max_size=300) | st.text(max_size=60)


@given(TEXTS, st.integers(min_value=1, max_value=50))
def test_passages_joined_are_the_text_and_none_is_too_long(text, longest):
    cut = list(passages(text, longest))
    assert "".join(passage for _, passage in cut) == text
    assert all(len(passage) <= STRETCH * longest for _, passage in cut)
    assert all(text.startswith(passage, offset) for offset, passage in cut)
    assert text == "" or all(passage for _, passage in cut)


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=9), min_size=1), st.integers(11, 30))
def test_words_that_fit_are_never_cut(words, longest):
    cut = [passage for _, passage in passages(" ".join(words), longest)]
    assert " ".join(cut).split() == words


@pytest.mark.parametrize(
    "end",
    [
        "It was given. ",
        "It was given.\n",
        "It was given.\r\n",
        "It was (never) given!  ",
        'It was "given." ',
        "It was given (as said). ",
        "Was it given?\n\n",
    ],
)
def test_a_sentence_ends_after_a_word_and_a_full_stop_before_a_capital(end):
    for following in ("Warfarin was not given", '"Warfarin" was not given', "(Or was it, as"):
        assert [passage for _, passage in passages(end + following, 26)] == [end, following]


@pytest.mark.parametrize(
    "inside",
    [
        "as shown by Dr. Smith",
        "with approx. Five of them",
        "e.g. Warfarin",
        "given 5 mg. Warfarin",
        "in group 2. Warfarin",
        "by J. Smith",
        "et al. Warfarin",
        "vitamin D. Warfarin",
        "the U.S. Food",
        "ratio of 1.5 Then",
        "was given. it then",
        "raises\nWarfarin",
        "raises\r\nWarfarin",
        "given www.given.Warfarin",
    ],
)
def test_a_long_passage_is_not_cut_inside_a_sentence(inside):
    text = f"It was given today. The drug {inside} and so it ends here at last. Then it ended"
    starts = [offset for offset, _ in passages(text, 22)]
    assert starts[1] == text.index("The drug")
    assert set(starts) <= {0, text.index("The drug"), text.index("Then it ended")}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("aaaa bbbb. Cc\n\nd e f g h i j k", "aaaa bbbb. "),
        ("aa bb cc\n\nd e f g h i j k l m n", "aa bb cc\n\n"),
        ("aa bb cc\n- d e f g h i j k l m n", "aa bb cc\n"),
        ("aa bb cc\n• d e f g h i j k l m n", "aa bb cc\n"),
        ("a b c d e f g h i j k l word. E f g", "a b c d e f g h i j k l word. "),
        ("a b c d e f g h i j k l m\n\nn o p q", "a b c d e f g h i j k l m\n\n"),
        ("aa mg. b c\nd e f g" + " h" * 40, "aa mg. "),
        ("aa b c\nd e f g" + " h" * 40, "aa b c\n"),
        ("ab" + " c" * 40, "ab" + " c" * 21 + " "),
        ("a" * 60, "a" * 45),
    ],
    ids=[
        "sentence",
        "blank line",
        "dash",
        "bullet",
        "sentence beyond",
        "blank line beyond",
        "perhaps a sentence",
        "line",
        "word",
        "anywhere",
    ],
)
def test_text_is_cut_where_it_does_least_harm(text, first):
    offset, passage = next(passages(text, 15))
    assert (offset, passage) == (0, first)


@pytest.mark.parametrize("length", [0, 1, MAX_CHARACTERS])
def test_text_that_fits_is_one_passage(length):
    assert list(passages("x" * length)) == [(0, "x" * length)]


@pytest.mark.parametrize(
    "sign", ["x", " ", "\n", "\f", "a ", ". ", ")", "word.", "- ", "\n ", "A. ", "word. "]
)
def test_a_text_of_one_sign_takes_no_time(sign):
    start = time.perf_counter()
    assert sum(len(passage) for _, passage in passages(sign * 100_000)) == len(sign) * 100_000
    assert time.perf_counter() - start < 10  # quadratic time is minutes


@pytest.mark.parametrize("longest", [0, -1])
def test_passages_without_length_are_refused(longest):
    """They would never end."""
    with pytest.raises(DDIError, match="max_characters"):
        next(passages("some text", longest))


# One mention of the corpus is marked wrongly, and reading it says so.
@pytest.mark.filterwarnings(r"ignore:\[DDI910\]:UserWarning")
@pytest.mark.parametrize("newline", [" ", "\n", "\r\n"])
def test_development_documents_are_cut_between_sentences(corpus_folder: Path, newline: str) -> None:
    listed = set(read_document_list(Path("configs/dev_documents.txt")))
    sentences = [
        " ".join(sentence.text.split())
        for document in read_folder(corpus_folder / "Train")
        if document.id in listed
        for sentence in document.sentences
        if sentence.text.strip()
    ]
    lines = textwrap.wrap(" ".join(sentences), 72, break_on_hyphens=False, break_long_words=False)
    text = newline.join(lines)
    words = [len(sentence.split()) for sentence in sentences]
    starts = {sum(words[:number]) for number in range(len(words))}
    cut = list(passages(text, 1000))
    assert len(cut) > 80
    assert all(len(text[:offset].split()) in starts for offset, _ in cut)
