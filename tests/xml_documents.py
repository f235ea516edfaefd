"""A small corpus, written for the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

WriteDocument = Callable[..., Path]


@pytest.fixture
def write_document(tmp_path: Path) -> WriteDocument:
    """Write a document of one sentence to `corpus/{id}.xml` of the temporary folder."""

    def write(
        text: str = "Dexarol may raise plinozide levels.",
        entities: str = '<entity id="e0" charOffset="0-6" type="brand" text="Dexarol"/>'
        '<entity id="e1" charOffset="18-26" type="drug" text="plinozide"/>',
        pairs: str = '<pair id="p0" e1="e0" e2="e1" ddi="true" type="mechanism"/>',
        *,
        document: str = "D0",
        head: str = '<?xml version="1.0" encoding="UTF-8"?>\n',
    ) -> Path:
        path = tmp_path / "corpus" / f"{document}.xml"
        path.parent.mkdir(exist_ok=True)
        sentence = f'<sentence id="{document}.s0" text={quoteattr(text, {chr(10): "&#10;"})}>'
        path.write_text(
            f'{head}<document id="{document}">\n{sentence}\n{entities}\n{pairs}\n'
            "</sentence>\n</document>\n",
            encoding="utf8",
        )
        return path

    return write
