"""Tokens: names apart from signs, and texts that stay as they are."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from spacy_ddi.formats.ddi2013 import read_folder
from spacy_ddi.text.characters import LONGEST_WORD
from tests.text.conftest import TOKENIZER, make_blank

# The corpus has one entity whose text is not what its offsets mark.
pytestmark = pytest.mark.filterwarnings("ignore:\\[DDI910\\]")

STOCK = spacy.blank("en").tokenizer
OURS = make_blank()
PIECES = [
    "warfarin",
    "Flucona",
    "zole",
    "5",
    "mg",
    "induced",
    *"()[]®†+;,.-/|&*•→ \n\r\t\u200b\u00ad\ufeff\u00a0\u2028ﬁ\u2011>=_",
]


def words(nlp: Language, text: str) -> list[str]:
    doc = nlp.make_doc(text)
    assert doc.text == text
    return [token.text for token in doc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Warfarin(R)", "Warfarin ( R )"),
        ("Warfarin(TM)", "Warfarin ( TM )"),
        ("warfarin®,", "warfarin ® ,"),
        ("warfarin†", "warfarin †"),
        ("(warfarin‡)", "( warfarin ‡ )"),
        ("warfarin[12].", "warfarin [ 12 ] ."),
        ("patients.[1,2]", "patients . [ 1,2 ]"),
        ("warfarin(5mg)", "warfarin ( 5 mg )"),
        ("(400mg)", "( 400 mg )"),
        ("warfarin5mg", "warfarin 5 mg"),
        ("warfarin1", "warfarin 1"),
        ("phenytoin2,3.", "phenytoin 2,3 ."),
        ("warfarin¹", "warfarin ¹"),
        ("interaction.12 The", "interaction . 12 The"),
        ("aspirin+warfarin", "aspirin + warfarin"),
        ("a;b;c", "a ; b ; c"),
        ("antacids;barbiturates", "antacids ; barbiturates"),
        ("aspirin&warfarin", "aspirin & warfarin"),
        ("aspirin/warfarin", "aspirin / warfarin"),
        ("Warfarin(R)/aspirin(R)", "Warfarin ( R ) / aspirin ( R )"),
        ("aspirin|warfarin", "aspirin | warfarin"),
        ("aspirin→warfarin", "aspirin → warfarin"),
        ("aspirin->warfarin", "aspirin - > warfarin"),
        ("(S)-warfarin", "( S ) - warfarin"),
        ("R-(+)-warfarin", "R- ( + ) - warfarin"),
        ("warfarin~.", "warfarin ~ ."),
        ("warfarin^1", "warfarin ^1"),
        ("warfarinª", "warfarin ª"),
        ("warfarin/.", "warfarin / ."),
        ("warfarin{1}", "warfarin { 1 }"),
        ("@warfarin", "@ warfarin"),
        ("≥warfarin", "≥ warfarin"),
        ("aspirin*warfarin", "aspirin * warfarin"),
        ("aspirin·warfarin", "aspirin · warfarin"),
        ("aspirin//warfarin", "aspirin // warfarin"),
        ("aspirin)+(warfarin", "aspirin ) + ( warfarin"),
        ("aspirin_warfarin", "aspirin _ warfarin"),
        ("[14C]-warfarin", "[ 14C ] - warfarin"),
        ("•warfarin", "• warfarin"),
        ("-warfarin", "- warfarin"),
    ],
)
def test_signs_stand_apart(blank: Language, text: str, expected: str) -> None:
    assert words(blank, text) == expected.split()
    assert words(blank, f"Take {text}")[1:] == expected.split() or text[0] == "-"


@pytest.mark.parametrize(
    "text",
    (
        "N-acetylcysteine|5-fluorouracil|poly(ethylene)glycol|1,25-dihydroxyvitamin|CYP3A4|P-gp|6-MP"
        "|trimethoprim-sulfamethoxazole|omega-3|omega3|vitamin B12|drug(s)|iron(III)|Ca(2+)|kg/m²"
        "|benzo[1,4]diazepine|2-(4-chlorophenyl)ethyl|interleukin2|type2|http://a.org/generic3/x"
        "|http://a.org/x=y&drug|info@drugs.org|beta-receptor|don't|e.g.|U.S.|10-20%|3.5mg/kg|mL(-1)|AT&T|Na+/K+|&amp;warfarin"
    ).split("|"),
)
def test_one_name_stays_as_spacy_has_it(blank: Language, text: str) -> None:
    assert words(blank, text) == [token.text for token in STOCK(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("war\u200bfarin", ["war\u200bfarin"]),
        ("war\u00adfarin", ["war\u00adfarin"]),
        ("\ufeffWarfarin", ["\ufeff", "Warfarin"]),
        ("warfarin\u200b, aspirin", ["warfarin", "\u200b", ",", "aspirin"]),
        ("(\u202awarfarin\u202c)", ["(", "\u202a", "warfarin", "\u202c", ")"]),
        ("aspirin\u200b/\u200bwarfarin", ["aspirin", "\u200b", "/", "\u200b", "warfarin"]),
        ("warfarin\u00a0levels", ["warfarin", "\u00a0", "levels"]),
        ("warfarin \u200b \u200b\nit", ["warfarin", "\u200b", "\u200b\n", "it"]),
        ("warfarin\u200b†", ["warfarin", "\u200b", "†"]),
        ("ﬂuconazole", ["ﬂuconazole"]),
        ("flucona-\nzole.", ["flucona-\nzole", "."]),
        ("flucona\u00ad\r\n  zole", ["flucona\u00ad\r\n  zole"]),
        ("flucona\u2010\nzole", ["flucona\u2010\nzole"]),
        ("drug-\ninduced", ["drug", "-", "\n", "induced"]),
        ("trimethoprim-\nsulfamethoxazole", ["trimethoprim", "-", "\n", "sulfamethoxazole"]),
        ("pre-\nand post", ["pre-", "\n", "and", "post"]),
        ("5-\nfluorouracil", ["5", "-", "\n", "fluorouracil"]),
    ],
)
def test_invisible_characters_and_broken_words(
    blank: Language, text: str, expected: list[str]
) -> None:
    assert words(blank, text) == expected
    doc = blank.make_doc(text)
    visible = [any(c.isalnum() or c in ".,/()†-" for c in token.text) for token in doc]
    assert [not token.is_space for token in doc] == visible


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_text_changes(text: str) -> None:
    doc = OURS.make_doc(text)
    assert doc.text == text
    assert all(token.text == text[token.idx : token.idx + len(token)] for token in doc)


def test_it_is_stored_as_spacys(blank: Language, tmp_path: Path) -> None:
    text = "\u200bWarfarin(R) and flucona-\nzole"
    expected = words(blank, text)
    blank.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    copied = spacy.blank("en", config={"nlp": {"tokenizer": TOKENIZER}})
    copied.tokenizer.from_bytes(blank.tokenizer.to_bytes())
    for nlp in (loaded, copied, pickle.loads(pickle.dumps(blank))):
        assert words(nlp, text) == expected
        assert nlp.make_doc(text)[0].is_space, "a loaded vocabulary forgets its words"


# One mention of the corpus is marked wrongly, and reading it says so.
@pytest.mark.filterwarnings(r"ignore:\[DDI910\]:UserWarning")
def test_gold_mentions_fall_on_tokens_more_often(blank: Language, corpus_folder: Path) -> None:
    found = {"stock": 0, "ours": 0}
    different = total = 0
    for document in read_folder(corpus_folder / "Train"):
        for sentence in document.sentences:
            total += 1
            docs = {"stock": STOCK(sentence.text), "ours": blank.make_doc(sentence.text)}
            different += len({tuple(token.text for token in doc) for doc in docs.values()}) - 1
            for name, doc in docs.items():
                bounds = {place for t in doc for place in (t.idx, t.idx + len(t))}
                places = [p for m in sentence.mentions for pair in m.ranges for p in pair]
                found[name] += sum(place in bounds for place in places)
    assert found["ours"] > found["stock"]
    assert different < total / 100


@pytest.mark.parametrize("sign", ["(", "(a", '{"a":', "a", "\u200b(["])
def test_a_word_that_is_too_long_is_cut_into_pieces(sign: str) -> None:
    """spaCy would take minutes for one."""
    read: list[str] = []
    suffixes = OURS.tokenizer.suffix_search

    def suffix_search(text: str) -> object:
        read.append(text)
        return suffixes(text)

    nlp = make_blank()
    nlp.tokenizer.suffix_search = suffix_search
    found = words(nlp, f"Iron {sign * 5 * LONGEST_WORD} tin.")
    assert found[0] == "Iron"
    assert found[-2:] == ["tin", "."]
    assert read
    assert max(map(len, read)) <= LONGEST_WORD


def test_a_word_of_the_greatest_length_is_whole() -> None:
    assert words(OURS, "a" * LONGEST_WORD + " b") == ["a" * LONGEST_WORD, "b"]
    assert words(OURS, "a" * (LONGEST_WORD + 1)) == ["a" * LONGEST_WORD, "a"]
