"""What requests hold and answers give, as the OpenAPI description tells it."""

from __future__ import annotations

from typing import Annotated, Any, Final, get_type_hints

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
    model_validator,
)

from spacy_ddi.formats.relation_records import RelationRecord
from spacy_ddi.reading_flags import MEANINGS, NO_DRUG, NO_DRUG_MEANING
from spacy_ddi.text.passages import MAX_CHARACTERS

MOST_TEXTS: Final = 1_000
"""Texts of one request."""

EXAMPLE: Final = "Fluconazole raises warfarin levels."


def _require_characters(value: Any) -> Any:
    """JSON can spell half of a surrogate pair, which is no character."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            half = f"\\u{ord(value[error.start]):04x}"
            raise ValueError(
                f"{half} at character {error.start} is half of a surrogate pair, and no character; "
                "send both halves, or neither"
            ) from None
    return value


Characters = Annotated[str, BeforeValidator(_require_characters)]
"""All strings of requests: what can't be written in UTF-8 can't be answered, either."""

Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Place = Annotated[int, Field(ge=0, le=2**31)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Choice(_Body):
    """Which interactions to give."""

    min_precision: Score | None = Field(
        None,
        examples=[0.9],
        description="Give what can be expected to be right this often, of each type: 0.9 for nine "
        "in ten, where the drugs are recognised right. Some are not: expect some per cent less.",
    )
    min_score: Score = Field(
        0.0, examples=[0.5], description="Pass over interactions with a lower score."
    )
    types: list[Characters] | None = Field(
        None,
        max_length=100,
        examples=[["advise"]],
        description="Only interactions of these types; all if not given.",
    )


class TextBody(_Body):
    """A text."""

    text: Characters = Field(description="The text.")
    model_config = ConfigDict(json_schema_extra={"example": {"text": EXAMPLE}})


class Texts(_Body):
    """A text, or several."""

    text: Characters | None = Field(None, description="The text, or:")
    texts: list[Characters] | None = Field(
        None,
        max_length=MOST_TEXTS,
        examples=[[EXAMPLE]],
        description="Several texts, each read by itself.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Texts:
        if (self.text is None) == (self.texts is None):
            raise ValueError("give either 'text' or 'texts'")
        return self


class ExtractBody(Choice, Texts):
    """A text, or several, and which interactions to give."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": EXAMPLE, "min_score": 0.5}})


class ExplainBody(_Body):
    """A sentence, and the characters of two drugs in it."""

    text: Characters = Field(max_length=MAX_CHARACTERS, description="The sentence.")
    head_start: Place = Field(description="Where the first drug begins, in characters of the text.")
    head_end: Place = Field(description="Where it ends.")
    tail_start: Place = Field(description="Where the second drug begins.")
    tail_end: Place = Field(description="Where it ends.")
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "text": EXAMPLE,
                "head_start": 0,
                "head_end": 11,
                "tail_start": 19,
                "tail_end": 27,
            }
        }
    )


_FIELDS: Final[dict[str, Any]] = {
    name: (kind, ...) for name, kind in get_type_hints(RelationRecord).items()
}
_NO_DRUG: Final = f"{NO_DRUG}: of the whole text, {NO_DRUG_MEANING}"
Interaction = create_model("Interaction", **_FIELDS, __doc__=RelationRecord.__doc__)


class Note(BaseModel):
    """What of a text could not be read in full, or not be found."""

    flag: str = Field(
        description="; ".join(
            [*(f"{flag}: a sentence {meaning}" for flag, meaning in MEANINGS.items()), _NO_DRUG]
        )
    )
    start: int = Field(description="Where the sentence begins, in characters of the text.")
    end: int = Field(description="Where it ends.")


class Interactions(BaseModel):
    """What is found in a text, and what is to be known of what was not."""

    interactions: list[Interaction]  # type: ignore[valid-type]
    notes: list[Note]


class Answers(BaseModel):
    """What is found in each of several texts, in their order."""

    answers: list[Interactions]


class Problem(BaseModel):
    """Why a request is not answered."""

    error: str
