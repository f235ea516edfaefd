"""Why an interaction was found: what the service says of one relation when it is asked."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypedDict

from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.annotations import Relation, relations_of_doc
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.explaining.explain import explain, weigh
from spacy_ddi.linked_drugs import drugs_of
from spacy_ddi.stored_pairs import PlacePair
from spacy_ddi.web.drug_links import ShownDrug, shown_drug
from spacy_ddi.web.refusal import Refusal

MOST_TOKENS: Final = 200
"""The longest text whose words are weighed: it is read once for each of them."""

STEP_CHARACTERS: Final = 4_000
"""What is read for one step of an explanation; between the steps come the texts of others."""


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


class Weighing(NamedTuple):
    """A step of an explanation.

    place (PlacePair): Characters (start, end) of head and tail.
    words (range): Those that are weighed, by their places in `Explanation.words`.
    """

    place: PlacePair
    words: range


def steps_of(explanation: Explanation, text: str, place: PlacePair) -> list[Weighing]:
    """What is left to do for an explanation.

    explanation (Explanation): What `explanation_of` gives.
    text (str): The text.
    place (PlacePair): Characters (start, end) of head and tail.
    RETURNS (List[Weighing]): Steps of some `STEP_CHARACTERS`.
    """
    n_words = len(explanation["words"])
    size = words_of_step(text)
    return [
        Weighing(place, range(start, min(start + size, n_words)))
        for start in range(0, n_words, size)
    ]


def words_of_step(text: str) -> int:
    """How many words a step weighs.

    text (str): The text, which is read again for each of them.
    RETURNS (int): 1 or more.
    """
    return max(1, STEP_CHARACTERS // max(1, len(text)))


def weights_of(doc: Doc, step: Weighing, *, nlp: Language) -> list[float | None]:
    """What a step of an explanation finds.

    doc (Doc): The annotated Doc.
    step (Weighing): What to weigh.
    nlp (Language): The pipeline that annotated it; nobody else uses it meanwhile.
    RETURNS (List[Optional[float]]): The weight of each word; None for a mention.
    """
    relation, _ = _relation_at(doc, step.place)
    weights = weigh(doc, relation, nlp, step.words)
    return [None if weight is None else round(weight, 4) for weight in weights]


def explanation_of(doc: Doc, place: PlacePair, *, nlp: Language) -> Explanation:
    """What is known of a relation, but for the weights of its words (`steps_of`).

    doc (Doc): The annotated Doc.
    place (PlacePair): Characters (start, end) of head and tail.
    nlp (Language): The pipeline that annotated it; nobody else uses it meanwhile.
    RETURNS (Explanation): Plain data.
    RAISES (Refusal): If there is no relation between these places.
    """
    relation, stored = _relation_at(doc, place)
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


def _relation_at(doc: Doc, place: PlacePair) -> tuple[Relation, dict[str, Any]]:
    """A relation, and what is stored of it."""
    for relation, stored in zip(relations_of_doc(doc), doc._.ddi_rels, strict=True):
        if relation.place == place:
            return relation, stored
    head, tail = (f"{start} to {end}" for start, end in place)
    raise Refusal(404, Errors.NO_SUCH_RELATION.format(head=head, tail=tail))


def _reasons(
    doc: Doc, relation: Relation, nlp: Language
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
    """Words and path of an explanation, or none of them and why."""
    if len(doc) > MOST_TOKENS:
        note = f"Too long to weigh its words: {len(doc)} of at most {MOST_TOKENS} tokens."
        return [], [], note
    try:
        found = explain(doc, relation, nlp, places=range(0)).to_dict()
    except DDIError as error:
        return [], [], str(error)
    return found["words"], found["path"], ""
