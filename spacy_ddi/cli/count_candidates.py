"""The command `count-candidates`."""

from __future__ import annotations

from rich.console import Console

from spacy_ddi.cli.options import CorpusArgument, DocumentsOption


def count_candidates(corpus: CorpusArgument, documents: DocumentsOption = None) -> None:
    """Count the pairs that the negative filter removes.

    The table has a row for each of its rules, and says how many of the removed pairs are true.
    """
    import spacy

    from spacy_ddi.candidates.negative_filter import configure_negative_filter
    from spacy_ddi.corpora.reader import read_docs
    from spacy_ddi.formats.tables import filter_table
    from spacy_ddi.scoring.filter_counts import count_filtered

    docs = list(read_docs(corpus, spacy.blank("en").make_doc, documents=documents))
    rows = {
        "none": count_filtered(docs, None),
        "(a) same referent": count_filtered(docs, configure_negative_filter(True, False)),
        "(b) coordination": count_filtered(docs, configure_negative_filter(False, True)),
        "both": count_filtered(docs, configure_negative_filter(True, True)),
    }
    Console().print(filter_table(rows))
