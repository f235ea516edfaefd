"""Every warning of the package: a code, what was found, where, and what to do."""

from __future__ import annotations

from typing import Final


class Warnings:
    """Message templates of the warnings."""

    MANY_PAIRS: Final = (
        "[DDI903] A sentence of {n_tokens} tokens has {n_pairs} pairs of drugs ('{text}…'); the "
        "{limit} whose drugs are nearest to each other are classified. Is it a list or a table? A "
        "line_sentences component splits those at their lines. max_sentence_pairs of the "
        "candidates sets the limit."
    )

    NO_CANDIDATES: Final = (
        "[DDI902] Component '{name}': the references of a training batch hold interactions, but "
        "the predicted Docs have no pair of mentions, so nothing is learned from it. Let the "
        "reader give the gold mentions (spacy-ddi.DocBinCorpus.v1, gold_mentions = true; stock "
        "spacy.Corpus drops them), or an annotating component. Said once."
    )

    TWO_LABELS: Final = (
        "[DDI945] Two relations are about one pair of mentions, '{head}' and '{tail}' in "
        "'{text}…', with the labels {labels}. The last one counts. Leave one of them out."
    )

    # Corpora: what is read all the same. `corpora/problems.py` counts it.
    TEXT_DIFFERS: Final = (
        "[DDI910] The attribute text of an entity is not what its charOffset marks. What is marked "
        "was read; correct whichever is wrong. Found {n_found}: {problems}."
    )
    PAIR_TWICE: Final = (
        "[DDI911] A pair is annotated twice, with the same label. It counts once. "
        "Found {n_found}: {problems}."
    )
    ID_TWICE: Final = (
        "[DDI912] An id is given twice. Both places were read, but scores by document, lists of "
        "documents and submission lines can't tell them apart. Found {n_found}: {problems}."
    )
    SAME_PLACE: Final = (
        "[DDI913] An entity marks the same characters as one before it in its sentence. The two "
        "count as one mention, of the first one's type. Found {n_found}: {problems}."
    )
    NOT_READ: Final = (
        "[DDI914] Parts of the XML are not of the DDI corpus's format, or say nothing, and were "
        "not read. Found {n_found}: {problems}."
    )
    UNUSUAL_TYPES: Final = (
        "[DDI919] Types of {what} that are {why}: {found}. Each becomes a type of its own. If that "
        "is a slip, correct it, or rename it by {option} OLD=NEW. If it is meant, say so by "
        "{option} TYPE=TYPE."
    )
    NOT_WRITTEN: Final = (
        "[DDI918] {path}: {found} were left out. {format} holds annotations within a sentence only "
        "(a section of the document is one), of these types: {types}. Write another format, such "
        "as brat, to keep them all."
    )
    RELATIONS_LOST: Final = (
        "[DDI915] Component '{name}': of {n_annotated} annotated relations in the training "
        "references, {n_found} can't be learned, since they belong to no pair of mentions; the "
        "pairs that were meant count as not interacting. E.g. {examples}. Give a relation the "
        "token offsets of two mentions of one sentence, and check spans_key and mention_labels."
    )
    NOT_ANNOTATED: Final = (
        "[DDI917] Component '{name}': training references with pairs of mentions, but without "
        "annotation: {n_found}. All their pairs count as not interacting. E.g. {examples}. Set "
        "doc._.ddi_rels, to [] where nothing interacts; a DocBin needs store_user_data=True."
    )

    MADE_FOR_OTHERS: Final = (
        "[DDI956] Pipeline {name!r} was made for other packages than those installed: {unmet}. It "
        "could be loaded, but its results may differ."
    )

    PARTLY_PROMISED: Final = (
        "[DDI958] A precision of {found} is not known to be reached by interactions of the type "
        "{labels}, so none of them is reported. The highest known, by type: {known}."
    )

    RUN_UNFINISHED: Final = (
        "[DDI957] {path} is the output of a run that has not ended: {n_missing} of {n_inputs} "
        "inputs are not complete, e.g. {example!r}. The pairs are of what is there. Give the "
        "command extract again to finish it, and then aggregate."
    )

    CHAIN: Final = (
        "[DDI901] Component '{name}': a Doc has no dependency parse; neighbouring tokens serve as "
        'its graph (missing_parse = "chain"). Said once.'
    )
