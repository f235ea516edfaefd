"""Why an interaction was found: what the service says of one relation when it is asked.

Whatever more is known of a relation is added here, and the page shows it.
"""

from __future__ import annotations

from typing import TypedDict

from spacy.tokens import Doc

from spacy_ddi.annotations import relations_of_doc
from spacy_ddi.errors import Errors
from spacy_ddi.linked_drugs import drugs_of
from spacy_ddi.stored_pairs import PlacePair
from spacy_ddi.web.drug_links import ShownDrug, shown_drug
from spacy_ddi.web.refusal import Refusal


class Alternative(TypedDict):
    """A class, and what the network gives it. Together they are 1."""

    label: str
    probability: float


class Explanation(TypedDict):
    """What is said of a relation. `alternatives` are all classes, `none` among them, the likeliest
    first; empty where the pipeline does not store them."""

    label: str
    score: float
    head: str
    tail: str
    head_drug: ShownDrug | None
    tail_drug: ShownDrug | None
    alternatives: list[Alternative]


def explanation_of(doc: Doc, place: PlacePair) -> Explanation:
    """What is known of a relation.

    doc (Doc): The annotated Doc.
    place (PlacePair): Characters (start, end) of head and tail.
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
    probs = sorted(stored.get("probs", {}).items(), key=lambda each: -each[1])
    return {
        "label": relation.label,
        "score": round(relation.score, 4),
        "head": relation.head_text,
        "tail": relation.tail_text,
        "head_drug": shown_drug(head_drug) if head_drug else None,
        "tail_drug": shown_drug(tail_drug) if tail_drug else None,
        "alternatives": [{"label": label, "probability": round(prob, 4)} for label, prob in probs],
    }
