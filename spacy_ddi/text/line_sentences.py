"""The component that sets sentence boundaries, before anything reads the text."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.text.lines import text_sentence_starts


@Language.factory("line_sentences", assigns=["token.is_sent_start"])
def make_line_sentences(nlp: Language, name: str) -> LineSentences:
    """Create the component.

    nlp (Language): The pipeline.
    name (str): Name of the component in it.
    RETURNS (LineSentences): The component.
    """
    return LineSentences(name)


class LineSentences:
    """Sets where sentences begin (`token.is_sent_start`), by lines and punctuation.

    A line end is a sentence end before a bullet, a number, a heading or a blank line, after a
    heading, between table rows, and in notes whose lines have no full stop. In wrapped prose it is
    a blank. Elsewhere a sentence ends at a full stop, but not after an abbreviation. Boundaries
    that are set on the Doc already stay, and none is set inside a mention in `doc.ents`. A parser
    that comes after it does not split or join these sentences.
    """

    def __init__(self, name: str = "line_sentences") -> None:
        """name (str): Name of the component in the pipeline."""
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        """Set the boundaries of a Doc.

        doc (Doc): Changed in place.
        RETURNS (Doc): The same.
        """
        if not len(doc):
            return doc
        starts = set(text_sentence_starts(doc.text))
        for token in doc:
            if token.i == 0:
                token.is_sent_start = True
            elif token.is_sent_start is None:
                token.is_sent_start = token.idx in starts and token.ent_iob_ != "I"
        return doc
