"""What a request says in vain is refused."""

from __future__ import annotations

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
