"""What a request says in vain is refused."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import KNOWN
from tests.web.test_web_app import PLACES, send_file

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)

BODIES = {
    "/extract": {"text": KNOWN},
    "/show": {"text": KNOWN},
    "/explain": {"text": KNOWN, **PLACES},
}


@pytest.mark.parametrize("address", BODIES)
def test_an_address_with_a_slash_more_is_none(service, address):
    answer = service(f"{address}/", BODIES[address])
    assert (answer.status, "location" in answer.headers) == (404, False)
    assert answer.json["error"].startswith(f"[DDI310] There is nothing at {address}/.")


@pytest.mark.parametrize("address", BODIES)
def test_options_in_the_address_are_refused_in_words(service, address):
    answer = service(f"{address}?min_score=2", BODIES[address])
    assert answer.status == 422
    assert "the parameter 'min_score', and takes none: options belong" in answer.json["error"]
    assert service(address, BODIES[address]).status == 200


def test_unknown_parameters_of_a_file_are_refused_in_words(service):
    answer = send_file(service, "a.txt", KNOWN.encode(), "&textcolumn=note")
    assert answer.status == 422
    assert "'textcolumn', and takes only name, format, text_column" in answer.json["error"]
    assert service("/health?at=1").status == 200


@pytest.mark.parametrize("address", BODIES)
def test_keys_that_are_there_twice_are_refused_in_words(service, address):
    answer = service(address, b'{"text": "a", "text": "b"}')
    assert answer.status == 422
    assert "the body has the key 'text' twice" in answer.json["error"]
    answer = service(address, b'{"text": "a", "choice": {"\\ud800": 1, "\\ud800": 1}}')
    assert (answer.status, "twice" in answer.json["error"]) == (422, True)


@pytest.mark.parametrize(
    ("wrong", "problem", "example"),
    [
        ({"types": "advise"}, "types: input should be a valid list", '"types": ["advise"]'),
        ({"types": [1]}, "types.0: input should be a valid string", '"types": ["advise"]'),
        ({"min_score": "high"}, "min_score: input should be a valid number", '"min_score": 0.5'),
        ({"min_precision": 90}, "min_precision: input should be less", '"min_precision": 0.9'),
        (
            {"min_scores": 1},
            "min_scores: there is no such key, only text, texts, min_precision,",
            None,
        ),
    ],
)
def test_what_does_not_fit_is_shown_by_an_example_that_does(service, wrong, problem, example):
    answer = service("/extract", {"text": KNOWN, **wrong})
    said = answer.json["error"]
    assert (answer.status, said[:8]) == (422, "[DDI309]")
    assert problem in said
    like = said.partition("A request is like ")[2].removesuffix(".")
    assert example is None or example in like
    assert service("/extract", json.loads(like)).status == 200


def test_example_is_of_the_address_that_was_asked(service):
    said = service("/extract", {"texts": KNOWN}).json["error"]
    assert said.endswith('A request is like {"texts": ["Fluconazole raises warfarin levels."]}.')
    said = service("/explain", {"text": KNOWN}).json["error"]
    assert '"tail_end": 27' in said.partition("A request is like")[2]
    said = service("/extract-file", b"a", kind="application/octet-stream").json["error"]
    assert said.endswith("POST /extract-file?name=report.txt with the file as its body.")
