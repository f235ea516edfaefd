"""Train static word vectors for encoders without a transformer: floret over corpus and text.

Bojanowski et al. 2017, "Enriching word vectors with subword information"; floret keeps words and
subwords in one small table, so that every word has a vector. With one thread the result is the same
each time.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import floret
import typer
from word_vectors import corpus_sentences, text_sentences

from spacy_ddi.formats.plain_text import read_lines


def main(
    corpus: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A .spacy file.")],
    text: Annotated[Path, typer.Argument(help="Plain text or .xz, to be read too where it is.")],
    output: Annotated[Path, typer.Argument(help="The .floret file, for `spacy init vectors`.")],
    size: Annotated[int, typer.Option(help="Width of a vector.")] = 200,
    epochs: Annotated[int, typer.Option(help="Times that all text is read.")] = 5,
    also: Annotated[
        list[Path] | None, typer.Option(help="More text, where it is; may be given again.")
    ] = None,
) -> None:
    """Train vectors of words in lower case, drugs of the corpus blinded as in training."""
    output.parent.mkdir(parents=True, exist_ok=True)
    texts = [path for path in (text, *(also or ())) if path.exists()]
    if not texts:
        typer.echo(f"No text {text}: the vectors know the corpus alone.")
    with TemporaryDirectory() as folder:
        words = Path(folder) / "words.txt"
        with words.open("w", encoding="utf8") as file:
            for sentence in corpus_sentences(corpus):
                file.write(as_line(sentence))
            for sentence in text_sentences(line for path in texts for line in read_lines(path)):
                file.write(as_line(sentence))
        model = floret.train_unsupervised(
            str(words),
            model="skipgram",
            mode="floret",
            dim=size,
            epoch=epochs,
            minn=3,
            maxn=6,
            minCount=2,
            bucket=50_000,
            hashCount=2,
            thread=1,
        )
    model.save_floret_vectors(str(output))
    typer.echo(f"Vectors of width {size}: {output}")


def as_line(words: list[str]) -> str:
    """Words in lower case."""
    return " ".join(words).lower() + "\n"


if __name__ == "__main__":
    typer.run(main)
