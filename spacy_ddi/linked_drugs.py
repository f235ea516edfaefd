"""Which drugs the mentions of a Doc name: what is stored, and `span._.drug`.

Stored are characters and plain data in `doc.user_data`, as for relations (`stored_pairs.py`), so
that links survive `to_bytes`, DocBin, pickle and `n_process=2`, follow merged tokens, and can be
read where no dictionary is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from spacy.tokens import Doc, Span

from spacy_ddi.errors import DDIError, Errors

DRUGS_KEY: Final = "ddi_drugs"
"""Key in `doc.user_data`: the links of a Doc, one dict a mention."""

_OURS: Final = "is_spacy_ddi_accessor"


@dataclass(frozen=True)
class Drug:
    """What a mention names. All fields are plain data: `dataclasses.asdict` and
    `pd.DataFrame` take it.

    id (str): The main identifier, also the entity's `kb_id_`: 'MESH:D014859'. Of a combination
        those of its ingredients, joined by '+'.
    name (str): Name of the substance, class or combination: 'Warfarin'.
    kind (str): "substance", "class" or "combination".
    drugbank, mesh, unii, cas (str): Identifiers; empty where not known.
    atc (Tuple[str, ...]): ATC codes, where the dictionary has them.
    classes (Dict[str, str]): Names of the classes that it belongs to, by main identifier.
    ingredients (Dict[str, str]): Names of what a combination holds, by main identifier.
    score (float): How sure the link is, in (0, 1].
    how (str): How it was found: "exact", "normalised", "parts", "abbreviation" or "fuzzy".
    matched (str): The name of the dictionary that was found.
    """

    id: str
    name: str
    kind: str = "substance"
    drugbank: str = ""
    mesh: str = ""
    unii: str = ""
    cas: str = ""
    atc: tuple[str, ...] = ()
    classes: Mapping[str, str] = field(default_factory=dict)
    ingredients: Mapping[str, str] = field(default_factory=dict)
    score: float = 1.0
    how: str = "exact"
    matched: str = ""

    @property
    def referents(self) -> frozenset[str]:
        """Main identifiers of the substances, or of the class, that it stands for."""
        return frozenset(self.ingredients or [self.id])


_FIELDS: Final = tuple(Drug.__dataclass_fields__)
_START: Final = "start_char"
_END: Final = "end_char"


def set_drugs(doc: Doc, drugs: Iterable[tuple[Span, Drug]]) -> None:
    """Store what the mentions of a Doc name, in place of what was there.

    doc (Doc): The Doc.
    drugs (Iterable[Tuple[Span, Drug]]): The mentions that name a known drug.
    """
    doc.user_data[DRUGS_KEY] = [
        {
            _START: span.start_char,
            _END: span.end_char,
            **{key: _plain(getattr(drug, key)) for key in _FIELDS},
        }
        for span, drug in drugs
    ]


def drugs_of(doc: Doc) -> dict[tuple[int, int], Drug]:
    """What the mentions of a Doc name.

    doc (Doc): The Doc.
    RETURNS (Dict[Tuple[int, int], Drug]): The drugs by character offsets (start, end); empty for a
        Doc that no linker has seen.
    """
    found = {}
    for stored in doc.user_data.get(DRUGS_KEY, ()):
        values = {key: value for key, value in stored.items() if key not in (_START, _END)}
        values["atc"] = tuple(values["atc"])  # as a DocBin makes of a list anyway
        found[stored[_START], stored[_END]] = Drug(**values)
    return found


def moved_drugs(
    doc: Doc, n_characters: int, *, within: tuple[int, int] | None = None
) -> list[dict[str, Any]]:
    """The links of a Doc as they are stored in a text in which they stand elsewhere.

    doc (Doc): The Doc.
    n_characters (int): How much further on; negative for further back.
    within (Optional[Tuple[int, int]]): Only those between these characters of the Doc.
    RETURNS (List[Dict[str, Any]]): New values for `DRUGS_KEY`.
    """
    first, last = within or (0, len(doc.text))
    return [
        {**stored, **{key: stored[key] + n_characters for key in (_START, _END)}}
        for stored in doc.user_data.get(DRUGS_KEY, ())
        if first <= stored[_START] and stored[_END] <= last
    ]


def drug_of_span(span: Span) -> Drug | None:
    """Getter of `span._.drug`: what exactly this mention names; None if that is not known.

    span (Span): A mention.
    RETURNS (Optional[Drug]): The drug.
    """
    for stored in span.doc.user_data.get(DRUGS_KEY, ()):
        if (stored[_START], stored[_END]) == (span.start_char, span.end_char):
            return drugs_of(span.doc)[span.start_char, span.end_char]
    return None


setattr(drug_of_span, _OURS, True)


def install_drug_extension() -> None:
    """Register `span._.drug`; again is harmless.

    RAISES (DDIError): If the name is taken by other code.
    """
    if Span.has_extension("drug"):
        getter = Span.get_extension("drug")[2]
        if getter is drug_of_span:
            return
        if not hasattr(getter, _OURS):
            raise DDIError(Errors.EXTENSION_CLASH.format(owner="Span", attribute="drug"))
    Span.set_extension("drug", getter=drug_of_span, force=True)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
