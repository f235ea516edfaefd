"""What of the writing of a name does not count."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spacy_ddi.linking.name_keys import name_key, name_variants


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("β-blockers", "Beta blockers"),
        ("Equetro®", "EQUETROTM"),
        ("Dexarol(R)", "dexarol"),
        ("sulphadiazine", "Sulfadiazine"),
        ("oestradiol", "estradiol"),
        ("vitamin B12", "Vitamin B-12"),
        ("Liorésal", "lioresal"),
    ],
)
def test_names_that_are_one(one, other):
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(("one", "other"), [("(R)-warfarin", "warfarin"), ("GABA", "GAB")])
def test_names_that_are_two(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("cimetidine 400 mg", "cimetidine"),
        ("warfarin sodium", "warfarin"),
        ("sodium valproate", "valproate"),
        ("Augmentin XR", "Augmentin"),
        ("monoamine oxidase (MAO) inhibitors", "monoamine oxidase inhibitors"),
        ("diuretic agents", "diuretics"),
        ("statins", "statin"),
        ("beta-adrenergic blocking agents", "beta-adrenergic blocker"),
        ("S-warfarin", "warfarin"),
        ("b-lactam antibiotics", "beta-lactam antibiotics"),
        ("a-methyldopa", "alpha-methyldopa"),
        ("warfarin sodium 5 mg tablets", "warfarin"),
        ("5 mg of warfarin", "warfarin"),
        ("amoxicillin 250 mg/5 ml suspension", "amoxicillin"),
        ("Percocet 5/325", "Percocet"),
        ("Bactrim DS", "Bactrim"),
        ("Tylenol Extra Strength", "Tylenol"),
        ("prednisolone sodium succinate", "prednisolone"),
        ("glutamic acid HCl", "glutamic acid"),
        ("mycophenolate sodium", "mycophenolic acid"),
        ("dabigatran etexilate mesylate", "dabigatran"),
    ],
)
def test_forms_that_are_tried(name, form):
    assert name_key(form) in map(name_key, name_variants(name))


@pytest.mark.parametrize("name", ["sodium acid phosphate", "magnesium salt", "calcium carbonate"])
def test_a_metal_is_not_what_is_left_of_its_salt(name):
    assert {"sodium", "calcium", "magnesium", "salt"}.isdisjoint(map(name_key, name_variants(name)))


def test_a_dose_does_not_reach_into_the_next_drug():
    forms = set(map(name_key, name_variants("plinozide 5 mg/tarvoxine 10 mg")))
    assert "plinozide" not in forms


@pytest.mark.parametrize("brand", ["Tylenol PM", "Robitussin DM", "Diovan HCT", "Claritin D"])
def test_a_word_for_another_ingredient_stays(brand):
    assert name_key(brand.split()[0]) not in map(name_key, name_variants(brand))


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the code
@given(st.text() | st.text("s ()[]5mgTM-®a", max_size=8))
def test_any_text_has_forms(text):
    assert all(map(str.strip, name_variants(text)))


@pytest.mark.parametrize("text", ["", " ", "(MTX)", "[3H]", "®", "TM"])
def test_names_of_signs_alone(text):
    assert "" not in list(name_variants(text))
