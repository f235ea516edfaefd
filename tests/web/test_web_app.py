"""The addresses of the service, asked as others ask them."""

from __future__ import annotations

import gzip
import json
import random
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import spacy

from benchmarks.service.wrong_requests import check_refusals, wrong_body
from spacy_ddi.explaining.explain import weigh
from spacy_ddi.formats.relation_records import relation_records
from spacy_ddi.web import explanations
from spacy_ddi.web.uploads import taken_formats
from spacy_ddi.web.web_app import make_web_app
from tests.cli.conftest import KNOWN
from tests.web.serving import SETTINGS, served

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)

ADVICE = "Avoid rostamine with plinozide."

PLACES = {"head_start": 0, "head_end": 7, "tail_start": 15, "tail_end": 24}
"""Of the drugs of `KNOWN`."""


def test_answers_are_the_records_of_extract(service, nlp):
    text = f"Some words before. {KNOWN} {ADVICE}"
    expected = list(relation_records(nlp(text)))
    assert [record["label"] for record in expected] == ["mechanism", "advise"]
    assert service("/extract", {"text": text}).json == {"interactions": expected, "notes": []}


def test_several_texts_have_an_answer_each(service):
    answers = service("/extract", {"texts": [ADVICE, "", KNOWN]}).json["answers"]
    found = [[record["label"] for record in answer["interactions"]] for answer in answers]
    assert found == [["advise"], [], ["mechanism"]]


@pytest.mark.filterwarnings(r"ignore:\[DDI903\]:UserWarning")
def test_what_could_not_be_found_is_noted(pipeline):
    nothing = "Nothing happens here. " * 1_500  # longer than a passage
    few = "Avoid rostamine, plinozide, Dexarol. "
    texts = [nothing, "", few + nothing + "Dexarol is safe."]
    nlp = spacy.load(pipeline, config={"components.ddi_relation.candidates.max_sentence_pairs": 2})
    with served(make_web_app(lambda: nlp, SETTINGS)) as running:
        answers = running("/extract", {"texts": texts}).json["answers"]
    assert [answer["notes"] for answer in answers] == [
        [{"flag": "no_drug", "start": 0, "end": len(nothing)}],
        [{"flag": "no_drug", "start": 0, "end": 0}],
        [
            {"flag": "pairs_left_out", "start": 0, "end": len(few) - 1},
            {"flag": "alone", "start": len(texts[2]) - 16, "end": len(texts[2])},
        ],
    ]


def test_no_text_at_all_has_no_answers(service):
    assert service("/extract", {"texts": []}).json == {"answers": []}


def test_long_texts_are_read_to_their_end(service):
    text = "Nothing happens here. " * 1_500 + KNOWN
    (record,) = service("/extract", {"text": text}).json["interactions"]
    assert text[record["head_start"] : record["head_end"]] == record["head"] == "Dexarol"
    assert text[record["sentence_start"] :] == KNOWN


def test_types_and_scores_choose(service):
    text = f"{KNOWN} {ADVICE}"
    (advice,) = service("/extract", {"text": text, "types": ["advise"]}).json["interactions"]
    assert advice["label"] == "advise"
    assert service("/extract", {"text": text, "types": []}).json["interactions"] == []
    assert service("/extract", {"text": text, "min_score": 1}).json["interactions"] == []


def test_a_promised_precision_chooses(service):
    text = f"{KNOWN} Avoid rostamine with plinozide."
    asked = {"text": text, "min_precision": 0.9}
    (advice,) = service("/extract", asked).json["interactions"]
    assert advice["label"] == "advise"
    assert len(service("/extract", {**asked, "min_precision": 0.5}).json["interactions"]) == 2
    answer = service("/extract", {**asked, "min_precision": 0.91})
    assert answer.status == 422
    assert (
        "The highest that it knows of, by type: advise 0.9, mechanism 0.8" in answer.json["error"]
    )
    answer = service("/extract", {**asked, "types": ["mechanism"]})
    assert (answer.status, "[DDI322]" in answer.json["error"]) == (422, True)


def test_a_precision_that_nothing_is_known_of_is_refused(nlp):
    component = nlp.get_pipe("ddi_relation")
    known = component.cfg["precisions"]
    with served(make_web_app(lambda: nlp, SETTINGS)) as running:
        component.cfg["precisions"] = None
        answer = running("/extract", {"text": KNOWN, "min_precision": 0.9})
        component.cfg["precisions"] = known
    assert (answer.status, answer.json["error"][:8]) == (422, "[DDI321]")


def test_answers_are_never_mixed_up(service):
    """Each text has a number of its own, before its sentence and in it."""

    def ask(number: int) -> list[int]:
        drug = ("Dexarol", "rostamine")[number % 2]
        text = f"{'x ' * (number % 7)}Case {number}: {drug} raises plinozide levels."
        answer = service("/extract", {"texts": [text, KNOWN]} if number % 3 else {"text": text})
        assert answer.status == 200
        found = answer.json["answers"][0] if number % 3 else answer.json
        return [
            int(record["sentence"].split("Case ")[1].split(":")[0])
            for record in found["interactions"]
            if text[record["head_start"] : record["head_end"]] == drug
        ]

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(ask, range(160)))
    assert sum(map(len, found)) > 100
    assert all(set(numbers) <= {number} for number, numbers in enumerate(found))


@pytest.mark.parametrize("address", ["/extract", "/explain", "/show"])
def test_bodies_that_do_not_fit_are_refused_in_words(service, address):
    rng = random.Random(address)
    for _ in range(70):
        body = wrong_body(rng)
        answer = service(address, body)
        assert 400 <= answer.status < 500, body
        assert answer.json["error"].startswith("[DDI3"), body
        assert len(answer.json["error"]) > 30, body
    assert service("/health").status == 200


def test_requests_of_many_kinds_that_do_not_fit_are_refused_in_words(service):
    assert check_refusals(service.port, 150) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "give either 'text' or 'texts'"),
        ({"text": "a", "texts": ["a"]}, "give either 'text' or 'texts'"),
        ({"text": 1}, "text: input should be a valid string"),
        ({"texts": ["a", None]}, "texts.1: input should be a valid string"),
        ({"texts": ["a"] * 1_001}, "at most 1000 items"),
        ({"text": "a", "min_score": 2}, "min_score: input should be less than or equal to 1"),
        ({"text": "a", "minscore": 0}, "minscore: there is no such key, only text,"),
        ({"text": "a", "types": ["advice"]}, "no type 'advice', only advise, mechanism"),
        ([], "is like {"),
    ],
)
def test_refusals_say_what_does_not_fit(service, body, words):
    answer = service("/extract", body)
    assert answer.status == 422
    assert words in answer.json["error"]


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/extract", {"text": "Avoid \ud800 tramadol."}),
        ("/extract", {"texts": ["a", "Avoid tramadol.\udfff"]}),
        ("/extract", {"text": KNOWN, "types": ["\udead"]}),
        ("/show", {"text": f"{KNOWN} \ud83d"}),
        ("/explain", {"text": f"{KNOWN}\ud83d", **PLACES}),
    ],
)
def test_half_a_character_is_refused_in_words(service, address, body):
    answer = service(address, body)
    assert answer.status == 422
    assert "is half of a surrogate pair" in answer.json["error"]
    whole = json.loads(json.dumps(body).replace("\\ud83d", "\\ud83d\\ude00"))
    assert whole == body or service(address, whole).status == 200


def test_half_a_character_in_a_file_is_told(service):
    rows = f'{{"text": "{KNOWN} \\ud800"}}\n{{"text": "{KNOWN}"}}\n'.encode()
    *lines, end = send_file(service, "notes.jsonl", rows).lines
    assert (end, len(lines)) == ({"end": True}, 3)


@pytest.mark.parametrize(
    ("address", "method", "status"),
    [("/nothing", "GET", 404), ("/extract", "GET", 405), ("/health", "POST", 405)],
)
def test_other_addresses_are_refused_in_words(service, address, method, status):
    answer = service(address, {} if method == "POST" else None, method=method)
    assert answer.status == status
    assert "/api" in answer.json["error"]


def test_shown_text_comes_in_parts_that_tell_how_far_it_is(service):
    text = f"{KNOWN} <script>alert(1)</script> " + "Nothing happens here. " * 300 + ADVICE
    size, *parts, end = service("/show", {"text": text}).lines
    assert size == {"n_documents": 1, "n_characters": len(text)}
    assert end == {"end": True}
    assert len(parts) > 2
    assert sum(part["n_characters"] for part in parts) == len(text)
    first, last = parts[0]["passages"][0], parts[-1]["passages"][-1]
    assert [mark["text"] for mark in first["marks"]] == ["Dexarol", "plinozide"]
    assert first["marks"][1]["before"] == " raises "
    (arc,) = last["interactions"]
    assert (arc["head_mark"], arc["tail_mark"]) == (0, 1)
    record = arc["record"]
    assert text[record["head_start"] : record["head_end"]] == "rostamine"
    assert text[record["sentence_start"] :] == ADVICE


def test_an_interaction_is_explained_by_its_record(service):
    text = f"Some words. {KNOWN}"
    (record,) = service("/extract", {"text": text}).json["interactions"]
    places = {
        name: record[name] - record["sentence_start"]
        for name in ("head_start", "head_end", "tail_start", "tail_end")
    }
    why = service("/explain", {"text": record["sentence"], **places}).json
    assert (why["label"], why["head"], why["tail"]) == ("mechanism", "Dexarol", "plinozide")
    assert why["alternatives"][0]["label"] == "mechanism"
    assert {each["label"] for each in why["alternatives"]} == {"none", "advise", "mechanism"}
    assert sum(each["probability"] for each in why["alternatives"]) == pytest.approx(1, abs=1e-3)
    words = [(each["text"], each["weight"] is None) for each in why["words"]]
    assert [text for text, _ in words] == ["Dexarol", "raises", "plinozide", "levels", "."]
    assert [is_mention for _, is_mention in words] == [True, False, True, False, False]
    assert all(KNOWN[each["start"] : each["end"]] == each["text"] for each in why["words"])
    assert why["note"] == ""


def test_words_are_weighed_in_steps_and_alike(service, monkeypatch):
    at_once = service("/explain", {"text": KNOWN, **PLACES}).json
    monkeypatch.setattr(explanations, "STEP_CHARACTERS", 2 * len(KNOWN))
    in_steps = service("/explain", {"text": KNOWN, **PLACES}).json
    weights = [[word["weight"] for word in each["words"]] for each in (at_once, in_steps)]
    assert weights[0] == pytest.approx(weights[1], abs=2e-4)
    assert any(weight for weight in weights[0] if weight)


def test_others_are_answered_while_an_explanation_is_made(service, monkeypatch):
    """Each word takes its time."""
    ended = []

    def slow(*args: Any) -> Any:
        time.sleep(0.3)
        return weigh(*args)

    def ask(name: str, address: str, body: Any) -> None:
        assert service(address, body).status == 200
        ended.append(name)

    monkeypatch.setattr(explanations, "STEP_CHARACTERS", 1)
    monkeypatch.setattr(explanations, "weigh", slow)
    with ThreadPoolExecutor(1) as threads:
        why = threads.submit(ask, "why", "/explain", {"text": KNOWN, **PLACES})
        time.sleep(0.2)
        ask("text", "/extract", {"text": ADVICE})
        why.result()
    assert ended == ["text", "why"]


def test_words_of_a_long_sentence_are_not_weighed(service, monkeypatch):
    monkeypatch.setattr(explanations, "MOST_TOKENS", 4)
    why = service("/explain", {"text": KNOWN, **PLACES}).json
    assert (why["words"], why["path"]) == ([], [])
    assert "5 of at most 4" in why["note"]
    assert why["alternatives"]


def test_what_is_not_found_can_not_be_explained(service):
    places = {"head_start": 0, "head_end": 3, "tail_start": 15, "tail_end": 24}
    answer = service("/explain", {"text": KNOWN, **places})
    assert (answer.status, "characters 0 to 3 and" in answer.json["error"]) == (404, True)


def send_file(service: Any, name: str, content: bytes, more: str = "") -> Any:
    return service(f"/extract-file?name={name}{more}", content, kind="application/octet-stream")


@pytest.mark.parametrize(
    ("name", "content", "more"),
    [
        ("a.xyz", b"1", ""),
        ("a.parquet", b"1", ""),
        ("a.spacy", b"1", ""),
        ("a.txt", b"1", "&format=html"),
        ("a.txt", b"1", "&format=pdf"),
    ],
)
def test_formats_that_are_not_taken_are_not_offered(service, name, content, more):
    answer = send_file(service, name, content, more)
    assert answer.status == 422
    offered = answer.json["error"].rpartition(": ")[2].rstrip(".").split(", ")
    assert offered == taken_formats()


def test_files_are_read_by_their_formats(service):
    table = f"id,note\n7,{KNOWN}\n8,{ADVICE}\n".encode()
    answer = send_file(
        service, "notes.csv.gz", gzip.compress(table), "&text_column=note&id_column=id"
    )
    size, *parts, end = answer.lines
    assert (size["n_documents"], end) == (2, {"end": True})
    assert [part["document"] for part in parts] == ["7", "8"]


def test_what_can_not_be_read_of_a_file_is_told_beside_the_rest(service):
    rows = f'{{"text": "{KNOWN}"}}\n{{"text": 7}}\n'.encode()
    _, problem, part, _ = send_file(service, "notes.jsonl", rows).lines
    assert "notes.jsonl" in problem["error"]
    assert "/tmp" not in problem["error"]
    assert part["passages"]


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("report.pdf", b"%PDF-1.7", 422, "report.pdf"),
        ("report.txt", b"%PDF-1.7", 422, "a PDF file"),
        ("report.txt", b"", 422, "is empty"),
        ("docs.parquet", b"PAR1", 422, "not taken"),
        ("bomb.txt.gz", gzip.compress(b"a" * 2_000_001), 413, "2,000,000 bytes"),
        ("..%2F..%2Fetc%2Fpasswd", b"root", 422, "passwd"),
        ("a%00b.txt", b"\xff\xfe\xff", 422, "a_b.txt"),
        ("x" * 1_001, b"root", 422, "name"),
    ],
)
def test_files_that_can_not_be_read_are_refused_in_words(service, name, content, status, words):
    answer = send_file(service, name, content)
    assert answer.status == status
    assert words in answer.json["error"]
    assert "/tmp" not in answer.json["error"]


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("a.csv", "&text_column=note", "by the parameter text_column, that of the ids by the par"),
        ("a.odd", "", "Give it by the parameter format"),
    ],
)
def test_advice_is_for_who_asks_by_http(service, name, more, words):
    error = send_file(service, name, b"id,words\n\x071,Dexarol\n", more).json["error"]
    assert words in error
    assert "--" not in error


def test_a_file_without_a_name_is_refused(service):
    answer = service("/extract-file", b"a", kind="application/octet-stream")
    assert (answer.status, "name: field required" in answer.json["error"]) == (422, True)


@pytest.mark.parametrize("address", ["/extract", "/show"])
def test_what_nobody_waits_for_any_more_is_given_up(service, address):
    body = json.dumps({"text": f"{KNOWN} " * 50_000}).encode()
    head = f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        wait_until(lambda: service("/health").json["waiting"] == 1)
    start = time.monotonic()
    wait_until(lambda: service("/health").json["waiting"] == 0)
    assert time.monotonic() - start < 5


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_health_tells_what_is_there(service):
    health = service("/health").json
    assert health["status"] == "ok"
    assert health["types"] == ["advise", "mechanism"]
    assert health["precisions"]["advise"] == [[0.0, 0.9]]
    assert "pubmed" in health["formats"]
    assert "parquet" not in health["formats"]


@pytest.mark.parametrize("address", ["/health", "/api", "/", "/service.js", "/openapi.json"])
def test_what_can_be_got_has_a_head(service, address):
    answer = service(address, method="HEAD")
    assert (answer.status, answer.content) == (200, b"")
    assert answer.headers["content-type"] == service(address).headers["content-type"]


def test_description_is_a_page_that_loads_nothing_from_elsewhere(service):
    page = service("/api").content.decode()
    described = service("/openapi.json").json["paths"]
    assert set(described) == {"/extract", "/extract-file", "/show", "/explain", "/health"}
    assert all(f"<code>POST {path}</code>" in page for path in described if path != "/health")
    assert "min_score" in page
    assert "src=" not in page
    assert 'href="http' not in page
    for address in ("/docs", "/redoc"):
        assert service(address).status == 404


def test_page_and_its_files_are_there_and_name_nothing_elsewhere(service):
    page = service("/").content.decode()
    names = [part.split('"')[0] for part in page.replace('src="', 'href="').split('href="')[1:]]
    assert len(names) > 6
    for name in names:
        answer = service(f"/{name}")
        assert answer.status == 200, name
        assert not name.endswith((".css", ".js")) or b"://" not in answer.content.replace(
            b"http://www.w3.org/2000/svg", b""
        )
