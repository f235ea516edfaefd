"""The `drug_linker` component: which drug each mention of a Doc names.

This module is loaded whenever any spaCy pipeline is made, so it must not import torch. Annotations
are evaluated: spaCy checks the arguments of `initialize` by them and can't look up names.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from spacy import util
from spacy.kb import InMemoryLookupKB
from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.vocab import Vocab

from spacy_ddi.candidates.mentions import DRUG_TYPES, MentionSource
from spacy_ddi.candidates.negative_filter import aliases, is_abbreviation
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.linked_drugs import Drug, install_drug_extension, set_drugs
from spacy_ddi.linking.dictionary import DrugDictionary
from spacy_ddi.linking.matching import ABBREVIATION, SCORES, Match, Matcher
from spacy_ddi.linking.own_names import DictionaryReader, add_knowledge_base, add_rows

FILE: Final = "drugs"
"""The stored dictionary in the component's folder."""


@Language.factory(
    "drug_linker",
    requires=["doc.ents"],
    assigns=["token.ent_kb_id", "span._.drug"],
    default_config={
        "dictionary": None,
        "mention_labels": list(DRUG_TYPES),
        "spans_key": MENTIONS_KEY,
        "abbreviations": True,
        "fuzzy": True,
    },
)
def make_drug_linker(
    nlp: Language,
    name: str,
    dictionary: DictionaryReader | None,
    mention_labels: list[str] | None,
    spans_key: str,
    abbreviations: bool,
    fuzzy: bool,
) -> "DrugLinker":
    """Make the component; see `DrugLinker` for the settings."""
    return DrugLinker(
        nlp.vocab,
        name,
        dictionary=dictionary,
        mention_labels=mention_labels,
        spans_key=spans_key,
        abbreviations=abbreviations,
        fuzzy=fuzzy,
    )


class DrugLinker(Pipe):
    """Sets `ent.kb_id_`, the main identifier of what a mention names, and `span._.drug`, all that
    is known of it. What is not found has the empty identifier."""

    def __init__(
        self,
        vocab: Vocab,
        name: str = "drug_linker",
        *,
        dictionary: DictionaryReader | None = None,
        mention_labels: Sequence[str] | None = DRUG_TYPES,
        spans_key: str = MENTIONS_KEY,
        abbreviations: bool = True,
        fuzzy: bool = True,
    ) -> None:
        """vocab (Vocab): The shared vocabulary.
        name (str): Name of the component in the pipeline.
        dictionary (Optional[DictionaryReader]): Reads a dictionary before the first use: in
            place of the stored one, or on top of it.
        mention_labels (Optional[Sequence[str]]): Types of entities that are linked; None for all.
        spans_key (str): Span group whose mentions are linked, too, where a Doc has it.
        abbreviations (bool): Whether an abbreviation that the Doc defines, 'methotrexate (MTX)',
            leads to its long form.
        fuzzy (bool): Whether a name of 8 letters and more that is not known may have one error.
        RAISES (DDIError): If the extension attribute is taken.
        """
        install_drug_extension()
        labels = None if mention_labels is None else tuple(mention_labels)
        self.vocab = vocab
        self.name = name
        self.reader = dictionary
        self.group = MentionSource(spans_key, labels)
        self.entities = MentionSource("", labels)
        self.abbreviations = abbreviations
        self.fuzzy = fuzzy
        self._dictionary: DrugDictionary | None = None
        self._matcher: Matcher | None = None

    @property
    def dictionary(self) -> DrugDictionary:
        """The dictionary. Change it by `add_names` or `add_knowledge_base`, or set another one.

        RAISES (DDIError): If there is none.
        """
        if self.reader is not None:
            reader, self.reader = self.reader, None
            self.dictionary = reader(self.vocab, self._dictionary)
        if self._dictionary is None:
            raise DDIError(Errors.NO_DICTIONARY.format(name=self.name))
        return self._dictionary

    @dictionary.setter
    def dictionary(self, dictionary: DrugDictionary) -> None:
        self._dictionary = dictionary
        self._matcher = Matcher(dictionary, fuzzy=self.fuzzy)

    def __call__(self, doc: Doc) -> Doc:
        """Link the mentions of a Doc.

        doc (Doc): Changed in place.
        RETURNS (Doc): The same.
        RAISES (DDIError): If the component has no dictionary.
        """
        dictionary = self.dictionary
        entities = self.entities(doc)
        mentions = self.group(doc) if self.group.spans_key in doc.spans else entities
        long_forms = defined_abbreviations(doc, mentions) if self.abbreviations else {}
        drugs: dict[tuple[int, int], tuple[Span, Drug]] = {}
        for mention in (*entities, *mentions):
            if found := self._match(mention, long_forms):
                place = (mention.start_char, mention.end_char)
                drugs.setdefault(place, (mention, drug_of(found, dictionary)))
        set_drugs(doc, drugs.values())
        for entity in entities:
            linked = drugs.get((entity.start_char, entity.end_char))
            for token in entity:
                token.ent_kb_id_ = linked[1].id if linked else ""
        return doc

    def _match(self, mention: Span, long_forms: Mapping[str, str]) -> Match | None:
        assert self._matcher is not None  # made with the dictionary
        text = " ".join(mention.text.split())
        is_class = mention.label_.lower() == "group"
        long_form = long_forms.get(text.lower()) or long_forms.get(text.lower().rstrip("s"))
        if long_form and (found := self._matcher(long_form, is_class=is_class)):
            return found._replace(
                score=round(found.score * SCORES[ABBREVIATION], 4), how=ABBREVIATION
            )
        return self._matcher(text, is_class=is_class)

    def add_names(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add names of your own, which win over those that are known.

        rows (Iterable[Mapping[str, Any]]): One a name, with the keys `name` and `id`, and others if
            wanted; see `spacy_ddi.linking.own_names.add_rows`.
        RAISES (DDIError): If a row has no name or id.
        """
        dictionary = self._own_dictionary()
        add_rows(dictionary, rows)
        self.dictionary = dictionary

    def add_knowledge_base(self, knowledge_base: InMemoryLookupKB) -> None:
        """Add the aliases of a spaCy knowledge base, which win over the names that are known.

        knowledge_base (InMemoryLookupKB): The knowledge base.
        RAISES (DDIError): If it has no alias.
        """
        dictionary = self._own_dictionary()
        add_knowledge_base(dictionary, knowledge_base)
        self.dictionary = dictionary

    def _own_dictionary(self) -> DrugDictionary:
        has_one = self.reader is not None or self._dictionary is not None
        return self.dictionary if has_one else DrugDictionary()

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        dictionary: DictionaryReader | None = None,
    ) -> None:
        """Read the dictionary, which is stored with the pipeline from then on.

        get_examples (Callable[[], Iterable[Example]]): Not used.
        nlp (Optional[Language]): Not used.
        dictionary (Optional[DictionaryReader]): Reads the dictionary; else the setting of the
            component does.
        RAISES (DDIError): If there is no dictionary.
        """
        if dictionary is not None:
            self.dictionary = dictionary(self.vocab, self._dictionary)
        _ = self.dictionary

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Serialize the dictionary.

        exclude (Iterable[str]): "drugs" leaves it out.
        RETURNS (bytes): Plain data.
        """
        return util.to_bytes({FILE: self._stored}, exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> "DrugLinker":
        """Load the dictionary, in place.

        bytes_data (bytes): What `to_bytes` gave.
        exclude (Iterable[str]): "drugs" leaves it out.
        RETURNS (DrugLinker): The component.
        """
        util.from_bytes(bytes_data, {FILE: self._load}, exclude)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Store the dictionary in a folder.

        path (Union[str, Path]): The folder.
        exclude (Iterable[str]): "drugs" leaves it out.
        """
        folder = util.ensure_path(path)
        folder.mkdir(parents=True, exist_ok=True)
        if FILE not in exclude:
            (folder / FILE).write_bytes(self._stored())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "DrugLinker":
        """Load the dictionary from a folder, in place.

        path (Union[str, Path]): The folder.
        exclude (Iterable[str]): "drugs" leaves it out.
        RETURNS (DrugLinker): The component.
        RAISES (DDIError): If the file is there and is no dictionary.
        """
        folder = util.ensure_path(path)
        if FILE not in exclude and (folder / FILE).is_file():
            self._load((folder / FILE).read_bytes())
        return self

    def _stored(self) -> bytes:
        has_one = self.reader is not None or self._dictionary is not None
        return self.dictionary.to_bytes() if has_one else b""

    def _load(self, content: bytes) -> None:
        if content:
            self.dictionary = DrugDictionary.from_bytes(
                content, f"the stored {FILE} of {self.name}"
            )


def defined_abbreviations(doc: Doc, mentions: Sequence[Span]) -> dict[str, str]:
    """The abbreviations that a Doc defines between its mentions, as scispaCy's detector does by the
    algorithm of Schwartz & Hearst (2003): 'methotrexate (MTX)', or 'MTX (methotrexate)'.

    doc (Doc): The Doc.
    mentions (Sequence[Span]): Its mentions in text order.
    RETURNS (Dict[str, str]): Long forms by the short form in small letters.
    """
    long_forms: dict[str, str] = {}
    for i, j in aliases(doc.text, mentions):
        pair = sorted((mentions[i].text, mentions[j].text), key=len)
        short, long = (" ".join(text.split()) for text in pair)
        if len(short) < len(long) and " " not in short and is_abbreviation(short, long):
            long_forms[short.lower()] = long
            long_forms.setdefault(short.lower().rstrip("s"), long)
    return long_forms


def drug_of(match: Match, dictionary: DrugDictionary) -> Drug:
    """What a match says of a mention.

    match (Match): The match.
    dictionary (DrugDictionary): Knows the names of classes and ingredients.
    RETURNS (Drug): What is stored.
    """
    entry = match.entry
    values = entry._asdict()
    for key in ("classes", "ingredients"):
        known = {id_: dictionary.entry(id_) for id_ in values[key]}
        values[key] = {id_: other.name if other else id_ for id_, other in known.items()}
    return Drug(**values, score=match.score, how=match.how, matched=match.matched)
