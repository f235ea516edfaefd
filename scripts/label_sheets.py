"""Sheets on which interactions are labelled by reading, by people or by a language model.

`write` puts sentences with marked mentions on sheets, and among them some whose labels are known.
Each sheet is answered in a file beside it: sheet7.txt in answer7.txt, a line a sentence:

    17<TAB>0-2 mechanism, 1-2 effect        pairs of the mentions 0, 1 and 2
    18<TAB>-                                none
    19<TAB>?                                no readable sentence

`read` checks the answers, compares those of known labels, and keeps the others for the students.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Annotated, Any, Final

import spacy
import srsly
import typer
from labels_of_text import THOUSANDTHS, digest, write_rows
from spacy.tokens import Doc, Span

from spacy_ddi.annotations import install_extensions
from spacy_ddi.component.targets import NONE
from spacy_ddi.corpora.docbin import read_docbin
from spacy_ddi.distillation.unlabelled import with_pairs
from spacy_ddi.formats.ddi2013 import INTERACTION_TYPES
from spacy_ddi.gold import gold_mentions_of, labelled_pairs

KEY: Final = "key.jsonl"
Answer = dict[tuple[int, int], str]
"""The label of each true pair, by the numbers of its mentions, the smaller first."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True)
class Line:
    """What is known of a line of a sheet.

    number (int): Its number.
    digest (str): What identifies the sentence.
    mentions (List[Tuple[int, int, str]]): First character, end and type of each mention.
    known (Optional[str]): The right answer.
    """

    number: int
    digest: str
    mentions: list[tuple[int, int, str]]
    known: str | None = None


@dataclass
class Read:
    """What was read from the answers: rows to keep, and how the known ones compare."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    unreadable: int = 0
    counts: Counter[str] = field(default_factory=Counter)


@app.command()
def write(
    sentences: Annotated[Path, typer.Argument(exists=True, help=".spacy file with mentions.")],
    folder: Annotated[Path, typer.Argument(file_okay=False, help="The folder to write.")],
    known: Annotated[Path, typer.Option(exists=True, help=".spacy file with known labels.")],
    size: Annotated[int, typer.Option(min=1, help="Sentences on a sheet.")] = 100,
    controls: Annotated[int, typer.Option(min=0, help="Known ones beside, on each.")] = 6,
    seed: Annotated[int, typer.Option(help="Seed of order and choice.")] = 0,
) -> None:
    """Write sheets. Sentences that differ in names and numbers alone are there once."""
    install_extensions()
    vocab, rng = spacy.blank("en").vocab, Random(seed)
    docs = list({_pattern(doc): doc for doc in readable(sentences, vocab)}.values())
    checks = list(readable(known, vocab))
    rng.shuffle(docs)
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[Line] = []
    for sheet, start in enumerate(range(0, len(docs), size)):
        chosen = rng.sample(checks, min(controls, len(checks)))
        items = [*((doc, None) for doc in docs[start : start + size])]
        items += [(doc, answer_of(doc)) for doc in chosen]
        rng.shuffle(items)
        text = []
        for doc, answer in items:
            places = [(m.start_char, m.end_char, m.label_) for m in _in_order(doc)]
            lines.append(Line(len(lines) + 1, digest(doc.text), places, answer))
            text.append(f"{len(lines)}\t{marked(doc)}\n")
        (folder / f"sheet{sheet}.txt").write_text("".join(text), encoding="utf-8")
    srsly.write_jsonl(folder / KEY, map(asdict, lines))
    typer.echo(f"{len(docs):,} sentences, {len(lines) - len(docs):,} known ones: {folder}")


@app.command()
def read(
    folder: Annotated[Path, typer.Argument(exists=True, help="Folder of `write`, answered.")],
    output: Annotated[Path, typer.Option(help="File to write, for labels_of_text.py join.")],
) -> None:
    """Read answers, and say how those of known labels agree with them."""
    lines = {row["number"]: Line(**row) for row in srsly.read_jsonl(folder / KEY)}
    found = Read()
    problems = []
    for path in sorted(folder.rglob("answer*.txt")):
        for place, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                if text.strip():
                    take(text, lines, found)
            except ValueError as error:
                problems.append(f"{path}, line {place}: {error}")
    if problems:
        raise typer.BadParameter("\n".join(problems))
    write_rows(found.rows, output)
    pairs = Counter(max(p[2], key=p[2].get) for row in found.rows for p in row["pairs"])
    typer.echo(
        f"{len(found.rows):,} sentences, true pairs: "
        f"{', '.join(f'{pairs[label]:,} {label}' for label in INTERACTION_TYPES)}, "
        f"{found.unreadable:,} not readable: {output}\n{agreement(found.counts)}"
    )


def take(text: str, lines: dict[int, Line], found: Read) -> None:
    """Take an answer.

    text (str): A line of an answer file.
    lines (Dict[int, Line]): What the sheets have and is not answered; the answered one is removed.
    found (Read): Gets what it says.
    RAISES (ValueError): If it is none, or if the number is not on a sheet or answered twice.
    """
    parts = re.fullmatch(r"(\d+)\s+(\S.*)", text.strip())
    if parts is None:
        raise ValueError(f"{text!r} is no number and answer with a tab between.")
    line = lines.pop(int(parts[1]), None)
    if line is None:
        raise ValueError(f"{parts[1]} is on no sheet, or is answered twice.")
    said = parts[2].strip()
    if said == "?":
        found.unreadable += 1
    elif line.known is not None:
        right, answer = parse(line.known, line), parse(said, line)
        agreed = answer.keys() & right.keys()
        found.counts += Counter(
            sentences=1,
            right=len(right),
            answered=len(answer),
            detected=len(agreed),
            same=sum(answer[pair] == right[pair] for pair in agreed),
        )
    else:
        answer = parse(said, line)
        n = len(line.mentions)
        pairs = [
            [one, other, {answer.get((one, other), NONE): THOUSANDTHS}]
            for one in range(n)
            for other in range(one + 1, n)
        ]
        row = {"text": line.digest, "mentions": line.mentions, "pairs": pairs}
        found.rows.append(row)


def parse(said: str, line: Line) -> Answer:
    """What an answer says.

    said (str): `-`, or pairs with their labels, of which the first letter will do.
    line (Line): The sentence.
    RETURNS (Answer): The labels of the true pairs.
    RAISES (ValueError): If it can't be read, or names a mention that there is not.
    """
    answer: Answer = {}
    for part in said.split(",") if said != "-" else ():
        found = re.fullmatch(r"\s*(\d+)-(\d+)\s+(\w+)\s*", part)
        label = next((x for x in INTERACTION_TYPES if found and found[3] in (x, x[0])), None)
        if found is None or label is None:
            raise ValueError(f"{part.strip()!r} of {line.number} is no pair and label.")
        one, other = sorted((int(found[1]), int(found[2])))
        if one == other or other >= len(line.mentions):
            raise ValueError(f"{line.number} has no pair {one}-{other}.")
        answer[one, other] = label
    return answer


def answer_of(doc: Doc) -> str:
    """The right answer to a sentence.

    doc (Doc): Gold mentions and relations.
    RETURNS (str): As it is written in an answer file.
    """
    number = {(m.start_char, m.end_char): i for i, m in enumerate(_in_order(doc))}
    pairs = sorted(
        (*sorted((number[one], number[other])), label)
        for (one, other), label in labelled_pairs(doc).items()
        if label in INTERACTION_TYPES
    )
    return ", ".join(f"{one}-{other} {label}" for one, other, label in pairs) or "-"


def readable(path: Path, vocab: spacy.Vocab) -> Iterator[Doc]:
    """Sentences that can stand on a sheet: two mentions or more, none inside another.

    path (Path): A .spacy file.
    vocab (Vocab): Their vocabulary.
    YIELDS (Doc): One sentence each.
    """
    for doc in with_pairs(read_docbin(path, vocab)):
        mentions = _in_order(doc)
        if all(one.end <= two.start for one, two in pairwise(mentions)):
            yield doc


def marked(doc: Doc) -> str:
    """A sentence with its mentions marked: "[0 warfarin] and [1 aspirin]".

    doc (Doc): Mentions apart from each other.
    RETURNS (str): The line.
    """
    parts, end = [], 0
    for number, mention in enumerate(_in_order(doc)):
        parts += [doc.text[end : mention.start_char], f"[{number} {mention.text}]"]
        end = mention.end_char
    return " ".join("".join([*parts, doc.text[end:]]).split())


def agreement(counts: Counter[str]) -> str:
    """How the answers agree with the known labels, in words."""

    def f_score(same: int) -> float:
        return 100 * 2 * same / max(1, counts["answered"] + counts["right"])

    return (
        f"{counts['sentences']:,} known sentences, {counts['right']:,} true pairs: "
        f"F {f_score(counts['same']):.1f} "
        f"(P {100 * counts['same'] / max(1, counts['answered']):.1f}, "
        f"R {100 * counts['same'] / max(1, counts['right']):.1f}), "
        f"detection {f_score(counts['detected']):.1f}"
    )


def _in_order(doc: Doc) -> Sequence[Span]:
    return sorted(gold_mentions_of(doc), key=lambda mention: mention.start)


def _pattern(doc: Doc) -> str:
    """What sentences have in common that differ in names and numbers alone."""
    return re.sub(r"\d+", "0", re.sub(r"\[\d+ [^]]*\]", "@", marked(doc))).casefold()


if __name__ == "__main__":
    app()
