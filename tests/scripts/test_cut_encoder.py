"""A smaller encoder reads what is left of its word pieces as before."""

from __future__ import annotations

import io
import json
import lzma
import runpy
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import torch
import typer
from spacy.tokens import DocBin
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertModel,
    BertTokenizerFast,
    MPNetConfig,
    MPNetModel,
    MPNetTokenizerFast,
)

from tests.conftest import ROOT

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789βδμ.,"
WORDS = ["warfarin", "raises", "level", "##s", "zinc", "##ation", "giraffe", "##affe", "never"]


def write_bert(folder: Path) -> None:
    """A BERT whose special pieces are not the first, as in the real one."""
    special = ["[PAD]", "[unused0]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    singles = [*LETTERS, *(f"##{letter}" for letter in LETTERS)]
    pieces = [*special, *WORDS, *(s for s in singles if s not in WORDS)]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(pieces), encoding="utf8")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    BertModel(BertConfig(len(pieces), intermediate_size=16, **sizes)).save_pretrained(folder)


def write_mpnet(folder: Path) -> None:
    """An MPNet: its last piece is a special one, and its padding is not 0."""
    singles = [*LETTERS, *(f"##{letter}" for letter in LETTERS)]
    special = ["<s>", "<pad>", "</s>", "[UNK]"]
    pieces = [*special, *WORDS, *(s for s in singles if s not in WORDS), "<mask>"]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(pieces), encoding="utf8")
    MPNetTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    config = MPNetConfig(len(pieces), intermediate_size=16, **sizes)
    MPNetModel(config).save_pretrained(folder)


@pytest.fixture(scope="module")
def main() -> Callable[..., None]:
    return runpy.run_path(str(ROOT / "scripts" / "cut_encoder.py"))["main"]


@pytest.fixture(scope="module", params=[write_bert, write_mpnet])
def folder(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    main: Callable[..., None],
) -> Path:
    """With an encoder, texts in two kinds of files, and the smaller encoder."""
    folder = tmp_path_factory.mktemp("cut")
    request.param(folder / "encoder")
    (folder / "text.txt.xz").write_bytes(lzma.compress(b"Warfarin raises levels.\n\nWarfarin, too"))
    nlp = spacy.blank("en")
    DocBin(docs=[nlp.make_doc("Raises zinc levels.")]).to_disk(folder / "corpus.spacy")
    (folder / "held_out.txt").write_text("A giraffe raises zinc.", encoding="utf8")
    texts = [folder / "text.txt.xz", folder / "corpus.spacy"]
    with redirect_stdout(io.StringIO()) as told:
        main(folder / "encoder", folder / "small", texts, 2, folder / "held_out.txt")
    assert "2 of 5 words of" in told.getvalue()
    return folder


def load(folder: Path) -> tuple[Any, Any]:
    return AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()


def vectors(folder: Path, text: str) -> Any:
    tokenizer, encoder = load(folder)
    with torch.no_grad():
        return encoder(**tokenizer([text, "zinc"], padding=True, return_tensors="pt"))[0].numpy()


def test_what_is_used_often_enough_is_kept(folder: Path) -> None:
    before, after = (set(load(folder / name)[0].get_vocab()) for name in ("encoder", "small"))
    kept = {"warfarin", "raises", "level", "##s"}
    gone = {"zinc", "##ation", "giraffe", "##affe", "never"}
    assert after & {*WORDS} == kept
    assert before - after == gone | {piece for piece in before if "unused" in piece}


def test_numbers_are_the_same_in_all_files(folder: Path) -> None:
    small = folder / "small"
    tokenizer, encoder = load(small)
    pieces = (small / "vocab.txt").read_text(encoding="utf8").split()
    numbers = {piece: number for number, piece in enumerate(pieces)}
    assert tokenizer.get_vocab() == numbers
    stored = json.loads((small / "tokenizer.json").read_text(encoding="utf8"))
    assert stored["model"]["vocab"] == numbers
    assert all(token["id"] == numbers[token["content"]] for token in stored["added_tokens"])
    assert encoder.config.vocab_size == len(pieces)
    assert encoder.get_input_embeddings().weight.shape[0] == len(pieces)
    old_tokenizer, old = load(folder / "encoder")
    for name in ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"):
        assert getattr(tokenizer, name) == getattr(old_tokenizer, name)
        assert getattr(tokenizer, f"{name}_id") == numbers[getattr(tokenizer, name)]
    assert encoder.config.pad_token_id == numbers[tokenizer.pad_token]
    assert encoder.get_input_embeddings().padding_idx == numbers[tokenizer.pad_token]
    assert set(old.config.to_dict()) == set(encoder.config.to_dict())


@pytest.mark.parametrize("text", ["warfarin raises levels.", "Level, warfarins", "βδ μg 10.5 xyz"])
def test_text_of_kept_pieces_has_the_vectors_it_had(folder: Path, text: str) -> None:
    before, after = (load(folder / name)[0] for name in ("encoder", "small"))
    assert after.tokenize(text) == before.tokenize(text)
    one, other = (vectors(folder / name, text)[0] for name in ("encoder", "small"))
    length = len(after(text)["input_ids"])
    np.testing.assert_allclose(one[:length], other[:length], atol=1e-6)


@pytest.mark.parametrize("text", ["giraffe", "Zincation 42", "βμg", "unever naïve"])
def test_other_words_fall_apart_into_what_is_known(folder: Path, text: str) -> None:
    tokenizer = load(folder / "small")[0]
    pieces = tokenizer.tokenize(text)
    assert tokenizer.unk_token not in pieces
    plain = text.lower().replace("ï", "i").replace(" ", "")
    assert "".join(piece.removeprefix("##") for piece in pieces) == plain


def test_an_encoder_without_word_pieces_is_refused(
    tmp_path: Path, main: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_text('{"model": {"type": "BPE"}}', encoding="utf8")
    with pytest.raises(typer.Exit):
        main(tmp_path, tmp_path / "small", [], 1, None)
    assert "has no word pieces, but is BPE" in capsys.readouterr().err
    assert not (tmp_path / "small").exists()
