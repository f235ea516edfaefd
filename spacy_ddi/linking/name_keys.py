"""What of the writing of a name does not count: the key by which names are compared, and the
variants of a name that are tried where the name itself is unknown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_GREEK: Final = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "µ": "mu",
    "π": "pi",
    "σ": "sigma",
    "τ": "tau",
    "ω": "omega",
    "ß": "beta",
}
_LETTERS: Final = str.maketrans(_GREEK)

_BRAND_SIGN: Final = re.compile(
    r"[®™©℠]|(?<=\w)\s?\((?:R|TM|r|tm)\)|(?<=[a-z]{3})TM\b|(?<=[A-Z]{4})TM$"
)

_SPELLINGS: Final = (
    ("sulph", "sulf"),
    ("oestr", "estr"),
    ("anaesth", "anesth"),
    ("haem", "hem"),
    ("aemia", "emia"),
    ("oedema", "edema"),
    ("tumour", "tumor"),
)

SALTS: Final = frozenset(
    """
    acetate acetonide acid alafenamide aluminum ammonium anhydrous arginine aspartate axetil
    benzathine benzoate besilate besylate bisulfate bitartrate bromide butyrate calcium camsilate
    camsylate carbonate chloride cilexetil cipionate citrate cypionate decanoate dihydrate
    dihydrochloride dimeglumine dimesylate diphosphate dipivoxil dipotassium dipropionate disodium
    disoproxil ditosylate edisylate enanthate erbumine estolate esylate etabonate etexilate
    ethylsuccinate fluoride fosamil fumarate furoate gluceptate gluconate glutamate hemifumarate
    hemihydrate heptahydrate hexacetonide hexahydrate hcl hippurate hydrate hydrobromide
    hydrochloride hydrogen hydroxide hyclate iodide isethionate lactate lactobionate lauroxil lysine
    magnesium malate maleate mandelate marboxil medoxomil meglumine mesilate mesylate methylsulfate
    metilsulfate mofetil monohydrate monohydrochloride monopotassium monosodium mucate napsylate
    nitrate oleate olamine oxalate palmitate pamoate pentahydrate phenpropionate phenylpropionate
    phosphate pidolate pivalate pivoxil polistirex potassium procaine propionate proxetil
    sesquihydrate sodium soproxil stearate succinate sulfate sulphate tannate tartrate tetrahydrate
    tosilate tosylate triethiodide trifluoroacetate trihydrate trihydrochloride trisodium trometamol
    tromethamine undecanoate undecylenate valerate xinafoate zinc
    """.split()
)
"""Words of a name that tell a salt, an ester or the water in it, and not which drug it is."""

IONS: Final = frozenset(
    "iron ferrous ferric copper cupric silver gold ammonium barium bismuth".split()
)
"""Names of elements and ions that salts are made of, besides those in `SALTS`."""

_FORMS: Final = frozenset(
    """
    cc cd cr dr ds er ec extentabs hfa hs im iv kerastick kt la odt oros po retard sa sr ss tc td xl
    xr xt i.v. i.m. p.o. caplet caplets capsule capsules chewable concomitant controlled-release
    cream delayed-release drops elixir enema enteric-coated extended-release film-coated foam gel
    gum immediate-release infusion inhaled inhalation inhaler injectable injection intramuscular
    intravenous lotion lozenge lozenges modified-release nasal ointment ophthalmic oral patch
    patches pen pill pills powder prolonged-release racemic release sachet sachets slow-release
    softgel softgels solution spray subcutaneous sublingual suppositories suppository suspension
    sustained-release syringe syrup systemic tab tablet tablets tabs therapy topical transdermal
    treatment unfractionated vaginal vial vials
    """.split()
)
"""Words that tell how a drug is given."""

_STRENGTHS: Final = frozenset("strength double extra full maximum regular low-dose".split())
"""Words that tell how strong a drug is, after its name: 'regular insulin' is another insulin."""

_UNIT: Final = r"(?:mg|g|mcg|ug|µg|μg|ng|ml|iu|units?|milligrams?|micrograms?|grams?|meq|mmol|%)"
_NUMBER: Final = r"\d[\d.,]*"
_PER: Final = (
    r"(?:actuation|capsule|d|day|dose|h|hour|hr|kg|l|m2|m²|min|ml|mg|puff|spray|tab|tablet|week|wk)"
)
_DOSE: Final = re.compile(
    rf"\s+{_NUMBER}(?:\s?[/-]\s?{_NUMBER})*[\s-]?{_UNIT}?"
    rf"(?:\s?/\s?(?:{_NUMBER}\s?)?{_PER})*$",
    re.I,
)
_DOSE_BEFORE: Final = re.compile(
    rf"^{_NUMBER}(?:\s?[/-]\s?{_NUMBER})*[\s-]?{_UNIT}(?:/\w+)?\s+(?:of\s+)?(?=\w)", re.I
)
_IN_PARENTHESES: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_HAND: Final = re.compile(r"^\(?(?:[RSDL]|dl|rac|racemic)\)?\s*(?:\([+±-]\))?[\s-]+(?=\w{4})", re.I)

_GREEK_INITIAL: Final = re.compile(r"^[abAB](?=-\w{4})")

_CLASS_HEADS: Final = (
    "agents",
    "drugs",
    "medications",
    "medicines",
    "products",
    "preparations",
    "compounds",
    "derivatives",
    "analogues",
    "analogs",
)
"""What a class may be called by, besides what tells it: diuretic agents, diuretic drugs."""

_CLASS_PARTS: Final = (
    ("blocking agent", "blocker"),
    ("blocking drug", "blocker"),
    ("receptor antagonist", "antagonist"),
    ("receptor antagonist", "blocker"),
    ("receptor blocker", "blocker"),
    ("antagonist", "blocker"),
    ("blocker", "antagonist"),
    ("channel antagonist", "channel blocker"),
    ("adrenergic ", ""),
    ("adrenoceptor ", "adrenergic "),
    ("non-steroidal", "nonsteroidal"),
    ("anti-inflammatories", "anti-inflammatory agents"),
)

MIN_STEM: Final = 4
"""Letters that must be left of a name when words or endings are taken off."""


def name_key(name: str) -> str:
    """What two writings of a name have in common: no case, accents, blanks, hyphens or brand signs,
    American spelling, Greek letters by their names.

    name (str): A name: 'β-Blockers'.
    RETURNS (str): Its letters a-z and digits: 'betablockers'. Empty for a name without any.
    """
    plain = _BRAND_SIGN.sub("", name).lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
    key = "".join(sign for sign in plain if sign.isascii() and sign.isalnum())
    for british, american in _SPELLINGS:
        if british in key:
            key = key.replace(british, american)
    return key


def name_variants(name: str) -> Iterator[str]:
    """Other forms of a name that lead to the same drug: without dose, salt and form, without what
    stands in parentheses, a class in the singular or the plural or by another word for 'agents'.

    name (str): A name that is not known as it is: 'cimetidine 400 mg'.
    YIELDS (str): Forms of it, those that change least first; some may be given twice.
    """
    base = " ".join(_BRAND_SIGN.sub("", name).split())
    forms = (
        _GREEK_INITIAL.sub(_greek_name, base),
        base,
        _IN_PARENTHESES.sub("", base),
        _HAND.sub("", base),
    )
    for form in filter(None, dict.fromkeys(form.strip() for form in forms)):
        yield from _numbers(form)
        shorter = list(_peeled(form))
        yield from shorter
        yield from filter(None, map(acid_of, (form, *shorter)))
        yield from _class_names(form)
        if shorter:
            yield from _class_names(shorter[-1])


def acid_of(name: str) -> str:
    """The acid that a name of a salt or an ester comes from.

    name (str): 'mycophenolate'.
    RETURNS (str): 'mycophenolic acid'; empty for a name that does not end like that of a salt.
    """
    is_long = len(name) > MIN_STEM + len("ate")
    return f"{name[:-3]}ic acid" if is_long and name.lower().endswith("ate") else ""


def _peeled(name: str) -> Iterator[str]:
    """A name without one after the other of the words for dose, strength, form and salt, from the
    end and then from the start."""
    while shorter := _without_last(name) or _without_first(name):
        yield shorter
        name = shorter


def _without_last(name: str) -> str:
    """A name without a dose or one word at the end; empty if nothing can be taken off."""
    shorter = _DOSE.sub("", name).strip()
    if shorter and shorter != name:
        return shorter
    words = name.split()
    is_aside = len(words) > 1 and (
        _is_aside(words[-1]) or words[-1].lower().strip(",;") in _STRENGTHS
    )
    # What is left of 'sodium acid phosphate' in the end must not be a metal.
    core = len(words) - 1
    while core > 1 and _is_aside(words[core - 1]):
        core -= 1
    return " ".join(words[:-1]) if is_aside and not _is_ion(words[core - 1]) else ""


def _without_first(name: str) -> str:
    """A name without a dose or one word at the start; empty if nothing can be taken off."""
    shorter = _DOSE_BEFORE.sub("", name).strip()
    if shorter and shorter != name:
        return shorter
    words = name.split()
    is_aside = len(words) > 1 and _is_aside(words[0]) and not _is_ion(words[1])
    return " ".join(words[1:]) if is_aside else ""


def _greek_name(letter: re.Match[str]) -> str:
    return "alpha" if letter[0] in "aA" else "beta"


def _is_ion(word: str) -> bool:
    """Whether a word names no drug alone: what is left of 'sodium acid phosphate' is not sodium."""
    plain = word.lower().strip(",;")
    return plain in SALTS or plain in IONS or plain.rstrip("s") in ("salt", "ester")


def _is_aside(word: str) -> bool:
    plain = word.lower().strip(",;")
    return plain in SALTS or plain in _FORMS


def _numbers(name: str) -> Iterator[str]:
    """A name in the other number."""
    if len(name) <= MIN_STEM:
        return
    if name.endswith("ies"):
        yield name[:-3] + "y"
    elif name.endswith("s"):
        yield name[:-1]
    else:
        yield name + "s"


def _class_names(name: str) -> Iterator[str]:
    """Other names of a class of drugs."""
    lower = name.lower()
    for part, other in _CLASS_PARTS:
        if part in lower:
            changed = lower.replace(part, other)
            yield changed
            yield from _numbers(changed)
    words = lower.split()
    head = words[-1] if words[-1].endswith("s") else words[-1] + "s"
    stem = " ".join(words[:-1]) if head in _CLASS_HEADS else lower
    if len(stem) < MIN_STEM:
        return
    yield stem
    yield from _numbers(stem)
    for other in _CLASS_HEADS[:2]:
        yield f"{stem} {other}"
        yield f"{stem.rstrip('s')} {other}"
