"""Where the identifiers of drugs lead."""

from __future__ import annotations

from spacy_ddi.linked_drugs import Drug
from spacy_ddi.web.drug_links import shown_drug


def test_main_identifier_comes_first_and_none_twice():
    drug = Drug("MESH:D014859", "Warfarin", drugbank="DB00682", mesh="D014859", unii="5Q7ZVV76EI")
    shown = shown_drug(drug)
    assert (shown["id"], shown["name"], shown["kind"]) == ("MESH:D014859", "Warfarin", "substance")
    assert [(link["register"], link["id"]) for link in shown["links"]] == [
        ("MeSH", "D014859"),
        ("DrugBank", "DB00682"),
        ("UNII", "5Q7ZVV76EI"),
    ]
    assert shown["links"][0]["url"] == "https://meshb.nlm.nih.gov/record/ui?ui=D014859"


def test_combination_leads_to_its_ingredients():
    parts = {"MESH:D013420": "Sulfamethoxazole", "UNII:AN164J8Y0X": "Trimethoprim"}
    drug = Drug("MESH:D013420+UNII:AN164J8Y0X", "both", kind="combination", ingredients=parts)
    links = shown_drug(drug)["links"]
    assert [(link["of"], link["register"]) for link in links] == [
        ("Sulfamethoxazole", "MeSH"),
        ("Trimethoprim", "UNII"),
    ]


def test_identifiers_of_ones_own_lead_nowhere():
    (link,) = shown_drug(Drug("own:17", "Foobrand"))["links"]
    assert (link["register"], link["id"], link["url"]) == ("own", "17", "")


def test_an_identifier_can_not_change_the_address():
    (link,) = shown_drug(Drug('MESH:D1"&x=<b>', "odd"))["links"]
    assert link["url"] == "https://meshb.nlm.nih.gov/record/ui?ui=D1%22%26x%3D%3Cb%3E"
