"""Cut the word pieces that no text uses from an encoder: a smaller one, to be trained afterwards.

Words made of kept pieces get the vectors they had. Other words fall apart into shorter pieces, in
the end into single characters, all of which are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, NoReturn

import numpy as np
import typer
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

BATCH = 10_000
"""Lines that are tokenized at a time."""


def main(
    encoder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The encoder.")],
    output: Annotated[Path, typer.Argument(file_okay=False, help="The folder to write.")],
    texts: Annotated[
        list[Path],
        typer.Argument(exists=True, help="Corpora (.spacy), and texts, compressed or not."),
    ],
    min_count: Annotated[
        int, typer.Option(min=1, help="Keep the pieces that occur so often in them, or more.")
    ] = 1,
    held_out: Annotated[
        Path | None, typer.Option(exists=True, help="Count the words of it that fall apart.")
    ] = None,
) -> None:
    """Write the smaller encoder, a folder as `training/encoder` is one."""
    description = json.loads((encoder / "tokenizer.json").read_text(encoding="utf8"))
    if description["model"]["type"] != "WordPiece":
        fail(
            f"The tokenizer in {encoder} has no word pieces, but is {description['model']['type']}."
        )
    config = json.loads((encoder / "config.json").read_text(encoding="utf8"))
    before = make_tokenizer(description)
    counts = sum(
        (count_pieces(before, lines_of(path)) for path in texts),
        np.zeros(before.get_vocab_size(), dtype=np.int64),
    )
    kept = kept_ids(description, config, counts, min_count)
    smaller = cut_tokenizer(description, kept)
    output.mkdir(parents=True, exist_ok=True)
    store_tokenizer(encoder, smaller, output)
    cut_weights(encoder, kept, output)
    typer.echo(
        f"{len(kept):,} of {len(counts):,} word pieces are kept, {(counts >= min_count).sum():,} "
        f"of them for their use ({(counts > 0).sum():,} are used at all): {output}"
    )
    if held_out is not None:
        changed, words = count_changed(before, make_tokenizer(smaller), lines_of(held_out))
        typer.echo(f"{changed:,} of {words:,} words of {held_out} have other pieces than before")


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a text file, or the texts of the Docs in a `.spacy` file."""
    if path.suffix == ".spacy":
        import spacy
        from spacy.tokens import DocBin

        for doc in DocBin().from_disk(path).get_docs(spacy.blank("en").vocab):
            yield doc.text
    else:
        from spacy_ddi.formats.plain_text import read_lines

        yield from read_lines(path)


def make_tokenizer(description: dict[str, Any]) -> Tokenizer:
    """A tokenizer that reads lines of any length."""
    tokenizer: Tokenizer = Tokenizer.from_str(json.dumps(description))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encoded(tokenizer: Tokenizer, lines: Iterable[str]) -> Iterator[Encoding]:
    """The word pieces of each line."""
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        yield from tokenizer.encode_batch(batch, add_special_tokens=False)


def count_pieces(tokenizer: Tokenizer, lines: Iterable[str]) -> NDArray[np.int64]:
    """How often each of V word pieces occurs, shape (V,)."""
    counts = np.zeros(tokenizer.get_vocab_size(), dtype=np.int64)
    for encoding in encoded(tokenizer, lines):
        np.add.at(counts, encoding.ids, 1)
    return counts


def kept_ids(
    description: dict[str, Any], config: dict[str, Any], counts: NDArray[np.int64], min_count: int
) -> list[int]:
    """The word pieces that stay, in their order: special ones, those that the config names, single
    characters, and those that are used often enough."""
    special = {token["content"] for token in description["added_tokens"]}
    named = {value for name, value in config.items() if name.endswith("_token_id")}
    prefix = description["model"]["continuing_subword_prefix"]
    return [
        number
        for piece, number in sorted(description["model"]["vocab"].items(), key=lambda item: item[1])
        if piece in special
        or number in named
        or len(piece.removeprefix(prefix)) == 1
        or counts[number] >= min_count
    ]


def cut_tokenizer(description: dict[str, Any], kept: list[int]) -> dict[str, Any]:
    """The content of `tokenizer.json` with the kept pieces alone, which are numbered anew."""
    smaller: dict[str, Any] = json.loads(json.dumps(description))
    pieces = {number: piece for piece, number in description["model"]["vocab"].items()}
    numbers = {pieces[old]: new for new, old in enumerate(kept)}
    smaller["model"]["vocab"] = numbers
    for token in smaller["added_tokens"]:
        token["id"] = numbers[token["content"]]
    if smaller.get("padding"):
        smaller["padding"]["pad_id"] = numbers[smaller["padding"]["pad_token"]]
    around = smaller.get("post_processor") or {}
    for token in around.get("special_tokens", {}).values():
        token["ids"] = [numbers[content] for content in token["tokens"]]
    for role in ("sep", "cls"):
        if role in around:
            around[role] = [around[role][0], numbers[around[role][0]]]
    return smaller


def store_tokenizer(encoder: Path, smaller: dict[str, Any], output: Path) -> None:
    """Write the tokenizer's files, all of them with the new numbers."""
    from transformers import AutoTokenizer

    settings = json.loads((encoder / "tokenizer_config.json").read_text(encoding="utf8"))
    settings.pop("added_tokens_decoder", None)  # the old numbers
    for name, content in {"tokenizer.json": smaller, "tokenizer_config.json": settings}.items():
        (output / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf8")
    (output / "vocab.txt").write_text("\n".join(smaller["model"]["vocab"]) + "\n", encoding="utf8")
    special = (encoder / "special_tokens_map.json").read_bytes()
    (output / "special_tokens_map.json").write_bytes(special)
    (output / "config.json").write_bytes((encoder / "config.json").read_bytes())
    AutoTokenizer.from_pretrained(output).save_pretrained(output)


def cut_weights(encoder: Path, kept: list[int], output: Path) -> None:
    """Write the encoder with the kept rows of its embeddings, and its config."""
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(encoder)
    numbers = {old: new for new, old in enumerate(kept)}
    before = model.get_input_embeddings()
    padding = None if before.padding_idx is None else numbers[before.padding_idx]
    rows = before.weight.detach()[kept].clone()
    model.set_input_embeddings(torch.nn.Embedding.from_pretrained(rows, padding_idx=padding))
    model.config.vocab_size = len(kept)
    for name, value in model.config.to_dict().items():
        if name.endswith("_token_id") and value is not None:
            setattr(model.config, name, numbers[value])
    model.save_pretrained(output)


def count_changed(before: Tokenizer, after: Tokenizer, lines: Iterable[str]) -> tuple[int, int]:
    """How many words of some lines are made of other pieces than before, and how many there are."""
    changed = n_words = 0
    texts = list(lines)
    for old, new in zip(encoded(before, texts), encoded(after, texts), strict=True):
        one, other = pieces_of_words(old), pieces_of_words(new)
        n_words += len(one)
        changed += sum(one[word] != other[word] for word in one)
    return changed, n_words


def pieces_of_words(encoding: Encoding) -> dict[int, list[str]]:
    """The pieces of each word of a line."""
    words: dict[int, list[str]] = {}
    for word, piece in zip(encoding.word_ids, encoding.tokens, strict=True):
        words.setdefault(word, []).append(piece)
    return words


def fail(message: str) -> NoReturn:
    """End with a message."""
    typer.echo(message, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
