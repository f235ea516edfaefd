"""Why an interaction was found: what the service says of one relation when it is asked."""

from __future__ import annotations

from typing import Any, Final, TypedDict

from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.annotations import Relation, relations_of_doc, sentences
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.explaining.explain import explain
from spacy_ddi.linked_drugs import drugs_of
from spacy_ddi.stored_pairs import PlacePair
from spacy_ddi.web.drug_links import ShownDrug, shown_drug
from spacy_ddi.web.refusal import Refusal

MOST_TOKENS: Final = 200
"""The longest sentence whose words are weighed. It is read once for each of them, and all other
requests wait for that."""


class Alternative(TypedDict):
    """A class, and what the network gives it. Together they are 1."""

    label: str
    probability: float


class Explanation(TypedDict):
    """What is said of a relation. `alternatives` are all classes, `none` among them, the likeliest
    first; empty where the pipeline does not store them. `words` and `path` are those of
    `spacy_ddi.Explanation.to_dict`; where they are empty because they can't be told, `note` says
    why."""

    label: str
    score: float
    head: str
    tail: str
    head_drug: ShownDrug | None
    tail_drug: ShownDrug | None
    alternatives: list[Alternative]
    words: list[dict[str, Any]]
    path: list[dict[str, Any]]
    note: str


def explanation_of(doc: Doc, place: PlacePair, *, nlp: Language) -> Explanation:
    """What is known of a relation.

    doc (Doc): The annotated Doc.
    place (PlacePair): Characters (start, end) of head and tail.
    nlp (Language): The pipeline that annotated it; nobody else uses it meanwhile.
    RETURNS (Explanation): Plain data.
    RAISES (Refusal): If there is no relation between these places.
    """
    both = zip(relations_of_doc(doc), doc._.ddi_rels, strict=True)
    relation, stored = next((each for each in both if each[0].place == place), (None, None))
    if relation is None or stored is None:
        head, tail = (f"{start} to {end}" for start, end in place)
        raise Refusal(404, Errors.NO_SUCH_RELATION.format(head=head, tail=tail))
    drugs = drugs_of(doc)
    head_drug, tail_drug = (drugs.get(each) for each in place)
    words, path, note = _reasons(doc, relation, nlp)
    probs = sorted(stored.get("probs", {}).items(), key=lambda each: -each[1])
    return {
        "label": relation.label,
        "score": round(relation.score, 4),
        "head": relation.head_text,
        "tail": relation.tail_text,
        "head_drug": shown_drug(head_drug) if head_drug else None,
        "tail_drug": shown_drug(tail_drug) if tail_drug else None,
        "alternatives": [{"label": label, "probability": round(prob, 4)} for label, prob in probs],
        "words": words,
        "path": path,
        "note": note,
    }


def _reasons(
    doc: Doc, relation: Relation, nlp: Language
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
    """Words and path of an explanation, or none of them and why."""
    start = relation.head.start
    n_tokens = next(len(each) for each in sentences(doc) if each.start <= start < each.end)
    if n_tokens > MOST_TOKENS:
        note = f"The sentence is too long to weigh its words: {n_tokens} of at most {MOST_TOKENS}."
        return [], [], note
    try:
        found = explain(doc, relation, nlp).to_dict()
    except DDIError as error:
        return [], [], str(error)
    return found["words"], found["path"], ""
