"""Public pages of the identifiers of drugs. Nothing is asked of them: a reader may follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypedDict
from urllib.parse import quote

from spacy_ddi.linked_drugs import Drug

PAGES: Final[dict[str, tuple[str, str]]] = {
    "MESH": ("MeSH", "https://meshb.nlm.nih.gov/record/ui?ui={}"),
    "DRUGBANK": ("DrugBank", "https://go.drugbank.com/drugs/{}"),
    "UNII": ("UNII", "https://precision.fda.gov/uniisearch/srs/unii/{}"),
    "CAS": ("CAS", "https://commonchemistry.cas.org/detail?cas_rn={}"),
}
"""By the prefix of identifiers: what the register is called, and the address of a record."""


class DrugLink(TypedDict):
    """An identifier. `of` is the ingredient that it belongs to, of a combination; `url` is empty
    where the register is not public, as for names of your own."""

    register: str
    id: str
    url: str
    of: str


class ShownDrug(TypedDict):
    """What a mention names, for the page."""

    id: str
    name: str
    kind: str
    links: list[DrugLink]


def shown_drug(drug: Drug) -> ShownDrug:
    """A drug with the pages of its identifiers.

    drug (Drug): The drug.
    RETURNS (ShownDrug): Plain data; the page of the main identifier comes first.
    """
    return {
        "id": drug.id,
        "name": drug.name,
        "kind": drug.kind,
        "links": list(_links_of(drug)),
    }


def _links_of(drug: Drug) -> Iterator[DrugLink]:
    if drug.ingredients:
        for main, name in drug.ingredients.items():
            yield _link(main, name)
        return
    yield _link(drug.id)
    others = {"MESH": drug.mesh, "DRUGBANK": drug.drugbank, "UNII": drug.unii, "CAS": drug.cas}
    for prefix, id_ in others.items():
        if id_ and f"{prefix}:{id_}" != drug.id:
            yield _link(f"{prefix}:{id_}")


def _link(main: str, of: str = "") -> DrugLink:
    prefix, _, id_ = main.rpartition(":")
    register, page = PAGES.get(prefix, (prefix, ""))
    return {"register": register, "id": id_, "url": page.format(quote(id_, safe="")), "of": of}
