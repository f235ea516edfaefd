"""Characters that are in a text for its layout: invisible ones, and hyphens at line ends."""

from __future__ import annotations

import re
from typing import Final

INVISIBLE: Final = (
    "\u0000-\u0008\u000e-\u001b\u007f"  # control characters
    "\u00ad"  # soft hyphen
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f"  # zero-width space, joiners, direction marks
    "\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f"  # variation selectors
    "\ufeff"  # byte order mark
    "\ufff9-\ufffb\U000e0000-\U000e01ef"
)
"""The inside of a character class. None of them is white space to Python or spaCy."""

LINE_END: Final = "(?:\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029])"
"""A pattern for one line end, as `str.splitlines` knows them."""

LIGATURES: Final = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
    "\u2010": "-",
    "\u2011": "-",
}
"""What a PDF's letters and hyphens stand for."""

LONGEST_WORD: Final = 1_000
"""Characters. spaCy's tokenizer takes time by the square of a word's length."""

_HYPHEN: Final = "-\u00ad\u2010\u2011"

# A word's start is asked for, so that a text without blanks takes no more time than others.
LINE_BREAK: Final = re.compile(
    rf"(?<![^\W_])(?P<left>[^\W_]+)[{INVISIBLE}]{{0,3}}(?P<hyphen>[{_HYPHEN}])[{INVISIBLE}]{{0,3}}"
    rf"(?P<end>[^\S\r\n]*{LINE_END}[^\S\r\n]*(?:>[ \t>]*)?)(?P<invisible>[{INVISIBLE}]*)"
    r"(?=(?P<right>[^\W_]+))"
)
"""A word, a hyphen that ends its line, and the beginning of the next line."""

# Right parts of compounds, by their beginnings where they have many forms.
_SECOND_PARTS: Final = re.compile(
    r"(?:absor|accumul|acid|act(?:ed|ing|ive|iv)|adjust|administ|adrenerg|adreno|agon|amino|amphet"
    r"|analog|angiot|antag|arginin|arrhyth|associat|attenu|base|bind|blind|block|bound|bypass|cause"
    r"|causing|cell|channel|chain|cholinerg|class|clear|coagul|contain|control|convert|coupled"
    r"|course|daily|day|deaminat|deficien|density|deplet|depend|depress|deriv|diabet|dose|dosed"
    r"|dosing|drug|drip|effect|elut|emerg|endorph|enhanc|estrogen|experienc|expos|exten|filtrat|fold"
    r"|food|free|glucos|glycoprot|gonad|grade|half|hepat|hour|hydroxy|hyperten|hypnot|impair"
    r"|increas|indep|induc|infect|inflamm|ingest|inhib|initi|insens|interact|interval|intoler|label"
    r"|lactam|lasting|level|life|like|limit|linear|lives|lowering|malar|marketing|match|mediat"
    r"|medic|metabol|minute|month|naive|negative|neoplast|nucleos|nutri|onset|oral|oxid|pass|patient"
    r"|period|phase|platelet|poor|positiv|potassium|potent|pressure|prolong|protein|protect"
    r"|psychot|quinol|react|recept|reduc|refract|regul|related|release|releas|renal|replac|resist"
    r"|respons|retrovir|rich|risk|select|sensit|significan|soluble|sparing|specif|spectrum|spasmod"
    r"|stage|state|steroid|stimul|strain|strength|sulf|suppress|syndrome|taking|target|term|terminal"
    r"|therap|thiazid|threat|thrombo|time|tocopher|toxic|transplant|treat|tubul|tumou?r|type|ulcer"
    r"|unit|user|valu|vir(?:al|us)|volum|water|week|weight|year)\w*"
    r"|(?:alfa|alpha|beta|gamma|blood|effective|even|glutamine|high|label|low|over|plate|press"
    r"|reactive|old|step|third|up|way|weekly|well|wide|wise|wort|experienced)"
)

# Left parts that keep their hyphen before any word.
_FIRST_PARTS: Final = frozenset(
    "all alpha amino anti beta between bi bio bis blood broad calcium cis co coumarin cross "
    "delta di dietary dose double drug eight end enzyme ergot erythro ex extra false fat "
    "first five follow four full gamma gram half heart hemi high hyper hypo ill immune in "
    "inter intra iron iso kappa life lipid long low magnesium mega meso meta mid mono multi "
    "near neo neuro new non normal off omega on once one open ortho over oxo para peri "
    "placebo plasma poly post potassium pre pro protein pseudo quasi re right second self "
    "semi serum seven short side single sister six slow so sodium steady sub super tail ten "
    "the third three threo time to trans treatment tri triple twice two type ultra un under "
    "up vitamin water well whole within x zero".split()
)
# These also begin words that are written in one: "in-crease", "re-duces", "pro-pranolol".
_DOUBTFUL_FIRST_PARTS: Final = frozenset(
    "all alpha amino bi bio bis cis cross delta di end ex extra hemi hyper hypo in inter intra iso "
    "iron meta mid mono neo neuro on ortho over para peri poly pro re second sub super trans tri "
    "un under up omega multi pseudo".split()
)
_NAME_END: Final = re.compile(
    r"(?:[aeiou][lmnr]|[ai]te|[aio]ne|ine|ole|ide|il|en|yl|ase|ase|ium|ir)$"
)
_ENDINGS: Final = re.compile(
    r"[a-z]{1,2}|ings?|ers?|ors?|[st]ions?|ments?|ness|able|ous|ives?|ity|ities|[ae]nces?|ics?|ists?"
    r"|ism|est|ally|ated|ates?|ating|ized?|izing|izes|ular|ical|tive|ble|ful|less|ward|lism|tics?"
)
_NEVER_JOINED: Final = frozenset("and or to versus vs nor but as than plus".split())


def keeps_hyphen(left: str, right: str) -> bool:
    """Whether a hyphen at a line end belongs to the word, or came with the line end.

    The hyphen stays where a part is short for something or not written in small letters, where the
    right part is usual in compounds ('drug-induced', 'half-life'), where the left part is a usual
    prefix ('non-smoking', 'co-trimoxazole'), and between two names that look complete
    ('trimethoprim-sulfamethoxazole'). Elsewhere it goes ('flucona-zole').

    left (str): The word before the hyphen.
    right (str): The word after the line end.
    RETURNS (bool): True for a hyphen of the word's own.
    """
    if not (left.isalpha() and right.isalpha() and right.islower() and len(left) > 1):
        return True
    if left.isupper() or never_joined(right) or is_second_part(right):
        return True
    if _ENDINGS.fullmatch(right):
        return False
    first = left.lower()
    if first in _FIRST_PARTS:
        return first not in _DOUBTFUL_FIRST_PARTS
    return len(left) >= 7 and len(right) >= 7 and _NAME_END.search(first) is not None


def is_second_part(word: str) -> bool:
    """Whether a word is usual after a hyphen: 'induced', 'receptor'.

    word (str): The word.
    RETURNS (bool): True if it is.
    """
    return _SECOND_PARTS.fullmatch(word) is not None


def never_joined(right: str) -> bool:
    """Whether a hyphen before this word stands for a part that follows: 'pre- and postoperative'.

    right (str): The word after the line end.
    RETURNS (bool): True if the two are two words, not a compound.
    """
    return right in _NEVER_JOINED


def readable(word: str) -> str:
    """A word as it reads: without invisible characters and a hyphen at a line end inside it, and
    with plain letters for ligatures.

    word (str): The text of a token or of a mention; white space inside it stays.
    RETURNS (str): The readable word.
    """
    if word.isascii() and "-" not in word:
        return word
    word = LINE_BREAK.sub(_without_line_end, word)
    word = _INVISIBLE.sub("", word)
    return word.translate(_LIGATURES)


def _without_line_end(match: re.Match[str]) -> str:
    soft = match["hyphen"] == "\u00ad"
    keep = not soft and keeps_hyphen(match["left"], match["right"])
    if keep and never_joined(match["right"]):
        return match[0]
    return match["left"] + ("-" if keep else "")


_INVISIBLE: Final = re.compile(f"[{INVISIBLE}]+")
_LIGATURES: Final = str.maketrans(LIGATURES)
