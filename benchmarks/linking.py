"""How many mentions get an identifier, what the dictionary costs, and how often one wrong letter
leads to a wrong drug.

    python -m benchmarks.linking training/drug_names.msgpack.gz DDICorpus/Train --sample 200
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import spacy
import typer
from spacy.tokens import Doc

from spacy_ddi.candidates.mentions import DRUG_TYPES
from spacy_ddi.candidates.negative_filter import configure_negative_filter
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import gold_mentions_of
from spacy_ddi.linked_drugs import Drug, drugs_of
from spacy_ddi.linking.dictionary import DrugDictionary
from spacy_ddi.linking.drug_linker import DrugLinker
from spacy_ddi.linking.matching import MIN_FUZZY, Matcher
from spacy_ddi.scoring.filter_counts import count_filtered

LETTERS = "abcdefghijklmnopqrstuvwxyz"

Linked = tuple[str, str, Drug | None]
"""Text of a mention, its type, what it was linked to."""


def main(
    dictionary: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    corpus: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    sample: Annotated[int, typer.Option(help="Links of type drug and brand to print.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of sample and typing errors.")] = 7,
) -> None:
    """Measure the links of the corpus's gold mentions."""
    costs_of_loading(dictionary)
    nlp = spacy.blank("en")
    docs = list(read_docs(corpus, nlp.make_doc))
    linker = DrugLinker(nlp.vocab)
    linker.dictionary = DrugDictionary.from_disk(dictionary)
    start = time.perf_counter()
    linked = list(links(linker, docs))
    seconds = time.perf_counter() - start
    print(
        f"{len(linked):,} mentions linked in {seconds:.2f} s, {len(linked) / seconds:,.0f} a second"
    )
    for line in coverage(linked):
        print(line)
    for identifiers in (False, True):
        kept = count_filtered(docs, configure_negative_filter(identifiers=identifiers))
        print(
            f"negative filter, identifiers = {identifiers}: {kept.removed_false:,} false and "
            f"{kept.removed_true:,} true pairs removed"
        )
    chance = random.Random(seed)
    found = [(text, drug) for text, type_, drug in linked if drug and type_ in ("drug", "brand")]
    for text, drug in sorted(chance.sample(found, sample), key=lambda link: link[0].lower()):
        parts = ", ".join(drug.ingredients.values())
        print(f"{text}\t{drug.name}\t{drug.id}\t{drug.how}\t{drug.score}\t{parts}")
    print(*typing_errors(linker.dictionary, chance), sep="\n")


def costs_of_loading(path: Path) -> None:
    """Print what the dictionary takes: on disk, seconds, memory."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        DrugDictionary.from_disk(path)
        seconds.append(time.perf_counter() - start)
    tracemalloc.start()
    dictionary = DrugDictionary.from_disk(path)
    held, peak = (size / 2**20 for size in tracemalloc.get_traced_memory())
    tracemalloc.stop()
    print(
        f"{len(dictionary):,} names, {path.stat().st_size / 1e6:.2f} MB on disk, loaded in "
        f"{min(seconds):.2f} s, {held:.0f} MiB held, {peak:.0f} MiB at most"
    )


def links(linker: DrugLinker, docs: Iterable[Doc]) -> Iterator[Linked]:
    """Link the gold mentions of Docs."""
    for doc in docs:
        drugs = drugs_of(linker(doc))
        for mention in gold_mentions_of(doc):
            place = (mention.start_char, mention.end_char)
            yield mention.text, mention.label_, drugs.get(place)


def coverage(linked: Iterable[Linked]) -> Iterator[str]:
    """The share of mentions with an identifier, by type, and how they were found."""
    linked = list(linked)
    for types in (*((type_,) for type_ in DRUG_TYPES), ("drug", "brand")):
        drugs = [drug for _, type_, drug in linked if type_ in types]
        ways = Counter(drug.how for drug in drugs if drug)
        schemes = Counter(drug.id.partition(":")[0] for drug in drugs if drug)
        shares = ", ".join(
            f"{name} {100 * count / len(drugs):.1f}"
            for counts in (ways, schemes)
            for name, count in counts.most_common()
        )
        share = 100 * sum(drug is not None for drug in drugs) / max(len(drugs), 1)
        yield f"{' + '.join(types)}: {len(drugs):,} mentions, {share:.1f} % linked ({shares})"


def typing_errors(dictionary: DrugDictionary, chance: random.Random) -> Iterator[str]:
    """What fuzzy matching does to names with one wrong letter, and to names that are not known."""
    matcher = Matcher(dictionary, fuzzy=True)
    names = [
        name
        for name in dictionary.names("drug")
        if len(name.text) >= MIN_FUZZY and name.text.isascii() and name.text.isalpha()
    ]
    counts: Counter[str] = Counter()
    for name in chance.sample(names, min(2000, len(names))):
        found = matcher(misspelt(name.text, chance))
        is_right = found is not None and found.entry.id == name.entry
        counts["right" if is_right else "wrong" if found else "not linked"] += 1
    yield f"one wrong letter in names of {MIN_FUZZY} letters and more: {dict(counts)}"
    counts = Counter()
    for name in chance.sample(names, min(2000, len(names))):
        counts["wrong" if matcher.nearest_other(name) else "not linked"] += 1
    yield f"names of drugs, taken out of the dictionary one by one: {dict(counts)}"


def misspelt(name: str, chance: random.Random) -> str:
    """A name with a letter left out, added or exchanged, or two swapped."""
    i = chance.randrange(1, len(name) - 1)
    letter = chance.choice(LETTERS)
    forms = (
        name[:i] + name[i + 1 :],
        name[:i] + letter + name[i:],
        name[:i] + letter + name[i + 1 :],
        name[:i] + name[i + 1] + name[i] + name[i + 2 :],
    )
    return chance.choice(forms)


if __name__ == "__main__":
    typer.run(main)
