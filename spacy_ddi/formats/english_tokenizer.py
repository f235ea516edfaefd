"""spaCy's tokens for English, for formats that are written with tokens."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from spacy_ddi.text.characters import LONGEST_WORD

if TYPE_CHECKING:
    from spacy.tokenizer import Tokenizer
    from spacy.tokens import Doc


def english_doc(text: str) -> Doc:
    """A text in the tokens of `spacy.blank("en")`, or cut at white space only where it has a word
    that is too long.

    text (str): The text.
    RETURNS (Doc): The tokens.
    """
    longest = max(map(len, text.split()), default=0)
    return (_english() if longest <= LONGEST_WORD else _plain())(text)


@cache
def _plain() -> Tokenizer:
    from spacy.tokenizer import Tokenizer
    from spacy.vocab import Vocab

    return Tokenizer(Vocab())


@cache
def _english() -> Tokenizer:
    """That of `spacy.blank("en")`, which itself would load all components that are installed."""
    from spacy.lang.en import English
    from spacy.tokenizer import Tokenizer
    from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex
    from spacy.vocab import Vocab

    defaults = English.Defaults
    return Tokenizer(
        Vocab(),
        rules=defaults.tokenizer_exceptions,
        prefix_search=compile_prefix_regex(defaults.prefixes or ()).search,
        suffix_search=compile_suffix_regex(defaults.suffixes or ()).search,
        infix_finditer=compile_infix_regex(defaults.infixes or ()).finditer,
        token_match=defaults.token_match,
        url_match=defaults.url_match,
    )
