"""Every error of the package: a code, what was found, where, and what to do."""

from __future__ import annotations

import re
from typing import Final

from spacy_ddi.file_errors import FileErrors
from spacy_ddi.service_errors import ServiceErrors

MOST_CHARACTERS: Final = 1500
"""Of a message of a `CorpusError`."""

_BREAK: Final = re.compile(r"\s*[\t\n\r\v\f]\s*")


class Errors(FileErrors, ServiceErrors):
    """Message templates. Fill them with `str.format`; the code stays in front. Those of files
    are in `FileErrors`, those of the service in `ServiceErrors`."""

    # The component and what it reads from the Doc
    NO_PARSE: Final = (
        "[DDI001] Component '{name}' needs a dependency parse, and a Doc ('{text}…') has none. "
        "Put a parser (e.g. the one of en_core_web_sm) before '{name}', or set "
        'missing_parse = "chain" to use neighbouring tokens as the graph. In training, the parser '
        "must annotate: nlp.update(…, annotates=[…]), or annotating_components in the config."
    )
    NO_VECTORS: Final = (
        "[DDI002] Component '{name}' got token vectors that are all zero for a sentence with "
        "candidate pairs ('{text}…'). Is the transformer or tok2vec it listens to in the pipeline, "
        "enabled, and before it? A listener without its upstream component yields zeros and no "
        "error. If other sentences have vectors: the span getter spacy-ddi.blinded_sents.v2 must "
        "have the same candidates as '{name}' (candidates = ${{candidates}} in both), or set "
        "its read_all = true."
    )
    MENTIONS_CHANGED: Final = (
        "[DDI023] Component '{name}': the mentions of a Doc ('{text}…') changed since the encoder "
        "read them. New: {new}; no mentions any more: {gone}. The encoder reads one word in "
        "place of every mention, so mentions must be known before it: put the component that sets "
        "them (an entity_ruler, say) before the transformer, e.g. nlp.add_pipe(…, after='ner')."
    )
    NO_STORED_CFG: Final = (
        "[DDI024] Component '{name}' is not initialized, and what is loaded has no 'cfg', so its "
        "labels are not known and its weights can't be loaded. Don't exclude 'cfg', or initialize "
        "the component first."
    )
    BROKEN_WEIGHTS: Final = (
        "[DDI025] The stored weights of a component can't be read: {problem}. The file is damaged, "
        "or something else was put in its place, and nothing of it was run. Install or store the "
        "pipeline again."
    )
    OTHER_WEIGHTS: Final = (
        "[DDI026] The stored weights are those of another network than the config describes: "
        "{problem}. Take back what was changed in the config; if nothing was, install the "
        "versions of spacy-ddi and transformers that the pipeline was stored with."
    )
    WEIGHTS_NOT_FINITE: Final = (
        "[DDI027] Weights of shape {shape} hold an infinite number or none at all (NaN), so they "
        "can't be stored in 8 bits. Training has failed: train again, with a lower learning rate."
    )
    NO_MENTIONS: Final = (
        "[DDI003] Component '{name}' found no drug mention in {n_docs} training examples. It "
        "looked here: {where}; types of entities found: {found}. Let a component or the reader set "
        "mentions, or change spans_key and mention_labels of its candidates."
    )
    NO_POSITIVES: Final = (
        "[DDI004] Component '{name}' found {n_pairs} candidate pairs in {n_docs} training "
        "examples, and none of them is annotated as an interaction. Are the relations in "
        "doc._.ddi_rels (a DocBin needs store_user_data=True), and do their offsets match the "
        "mentions?"
    )
    EXTENSION_CLASH: Final = (
        "[DDI005] The extension attribute {owner}._.{attribute} is already registered by other "
        "code, with another meaning. Remove that registration ({owner}.remove_extension("
        "'{attribute}')) before the pipeline is loaded."
    )
    BAD_RELATIONS: Final = (
        "[DDI006] doc._.ddi_rels can't be set: {problem}. It takes a list of dicts with the "
        "integer keys head_start, head_end, tail_start, tail_end (token offsets within the Doc of "
        "{length} tokens, end exclusive, head first), a string 'label', a 'score' from 0 to 1 and, "
        "if wanted, 'probs' (a dict from labels to numbers from 0 to 1). Found: {found!r}."
    )
    UNSEEN_LABEL: Final = (
        "[DDI007] Component '{name}' met the interaction label '{label}' in a training example, "
        "but was initialized with {labels}. Add it to the label list before initialization, or set "
        'unseen_labels = "ignore" to train only the identification head on such pairs.'
    )
    NO_LABELS: Final = (
        "[DDI008] Component '{name}' has no labels. Call add_label, pass labels to initialize, or "
        "give training examples with relations in doc._.ddi_rels."
    )
    CANNOT_RESIZE: Final = (
        "[DDI009] Component '{name}' is initialized, and its network can't grow: label '{label}' "
        "comes too late. Call add_label before initialize, or initialize again."
    )
    CROSS_SENTENCE: Final = (
        "[DDI010] The candidate generator of component '{name}' proposed a pair of mentions "
        "in different sentences ('{head}', '{tail}'). The graph of a pair is the parse of one "
        "sentence: propose pairs within a sentence only."
    )
    TEXT_MISMATCH: Final = (
        "[DDI011] Component '{name}': the predicted and the reference Doc of an example have "
        "different texts ('{predicted}…', '{reference}…'), so mentions can't be matched by "
        "character offset."
    )
    BAD_SETTING: Final = (
        "[DDI012] {where}: {setting} = {found!r} is not possible. Expected: {expected}."
    )
    OTHER_VOCAB: Final = (
        "[DDI115] Component '{name}': the predicted Docs of the training examples ('{text}…') have "
        "another vocab than the pipeline, so its other components can't annotate them. Make them "
        "with the pipeline's tokenizer: make_examples(docs, nlp.make_doc, gold_mentions=True). "
        "The reference Docs may have any vocab."
    )
    NOT_IN_RELATION: Final = "[DDI016] '{mention}' takes no part in {relation}."
    NO_NLP: Final = (
        "[DDI013] Component '{name}' was asked to score with gold mentions; some predicted Docs "
        "have other mentions than their reference, and the component does not know the pipeline "
        "it is in (it was pickled, or taken over from another pipeline). Store and load the "
        "pipeline, give the gold mentions to the predicted Docs, or set "
        "score_gold_mentions = false."
    )
    UNKNOWN_WEIGHT: Final = (
        "[DDI014] Component '{name}': class_weights names {found}, which is neither "
        "'none' nor one of the labels {labels}."
    )
    BLIND_WORD: Final = (
        "[DDI015] The word that stands for a mention must be one word without white space. "
        "Found: {found!r}."
    )
    TEACHERS_DIFFER: Final = (
        "[DDI017] The teachers know different types of interaction: {labels}. Train them on one "
        "corpus, or take one of them."
    )
    NO_PRECISION: Final = (
        "[DDI022] The pipeline has no transformer whose precision can be set, only {found}. In its "
        'config.cfg, set @architectures = "spacy-ddi.PackedTransformer.v1" in place of '
        '"spacy-transformers.TransformerModel.v3", and take out mixed_precision and '
        "grad_scaler_config: it loads the same weights. Or give no precision."
    )
    NO_COMPONENT: Final = (
        "[DDI018] The pipeline has no ddi_relation component, only {found}. Give one that has."
    )
    NOTHING_TO_CALIBRATE: Final = (
        "[DDI019] The corpus has no pair of mentions to calibrate with. Give annotated documents "
        "that the pipeline was not trained on."
    )
    NO_TAGS: Final = (
        "[DDI021] The pipeline gives no part-of-speech tags, by which words are exchanged: it has "
        "{found}. Give one with a tagger."
    )
    OTHER_DOCUMENTS: Final = (
        "[DDI020] Runs on different documents can't be compared. Score all of them on the same."
    )

    NO_PRECISIONS: Final = (
        "[DDI028] Component '{name}' can't promise a precision of {found}: it does not know what "
        "precision to expect at which score. Find it out by documents that the pipeline was not "
        "trained on, python -m spacy_ddi calibrate PIPELINE CORPUS OUTPUT, or choose by min_score."
    )

    NOT_PROMISED: Final = (
        "[DDI029] Component '{name}' can't promise a precision of {found}. The highest that it "
        "knows of, by type: {known}. Ask for that or less. Documents that the "
        "pipeline was not trained on can show that more is possible: python -m spacy_ddi calibrate "
        "PIPELINE CORPUS OUTPUT."
    )

    # Relations on a Doc
    PAIR_MERGED: Final = (
        "[DDI045] A relation is between '{head}' and '{tail}', and both are now in one token, "
        "'{token}': tokens were merged after the relation was found. Read the relations before "
        "that component (merge_noun_chunks, merge_entities, a retokenizer), or keep these two in "
        "tokens of their own."
    )
    PAIR_OUTSIDE: Final = (
        "[DDI046] A stored pair of mentions lies outside of its Doc: {unit}s {start} to {end} of "
        "{length} in '{text}…'. Was doc.user_data taken from a Doc of another text? Join Docs by "
        "spacy_ddi.derived_docs.concatenate_docs and cut them by span_as_doc, which move pairs."
    )
    READ_ONLY: Final = (
        "[DDI047] What doc._.ddi_rels gives can't be changed in place: the change would be lost. "
        "Set a new list, e.g. doc._.ddi_rels = [*doc._.ddi_rels, relation]. A copy can be changed: "
        "copy.deepcopy(doc._.ddi_rels)."
    )
    SECOND_RELATION: Final = (
        "[DDI048] doc._.ddi_rels can't be set: there are two relations between '{head}' and "
        "'{tail}' (token offsets {place}), with the labels {labels}. A pair of mentions has one "
        "label: leave one of them out."
    )
    GROUP_OUTSIDE: Final = (
        "[DDI050] A mention of doc.spans['{key}'] lies outside of its Doc ('{text}…'): tokens were "
        "merged after the group was set, and spaCy does not move span groups. Set the group after "
        "the component that merges tokens."
    )
    OTHER_TYPE: Final = (
        "[DDI051] {where} takes {wanted}, and was given {found}. Give what a pipeline makes of a "
        "text: {example}."
    )
    NO_DOCS: Final = "[DDI049] concatenate_docs was given no Doc. Give one or more."

    # Which drug a mention names
    NO_DICTIONARY: Final = (
        "[DDI070] Component '{name}' has no dictionary of drugs. Give it one before it is used: "
        "in the config, [initialize.components.{name}.dictionary] with @misc = "
        '"spacy-ddi.DrugDictionary.v1" and a path, or with names of your own @misc = '
        '"spacy-ddi.DrugNamesCSV.v1"; in a program, nlp.get_pipe("{name}").add_names(…).'
    )
    NO_DICTIONARY_FILE: Final = (
        "[DDI071] {path} can't be read as a dictionary of drugs: {problem}. Build one by "
        'scripts/drug_names.py, or read a CSV file by @misc = "spacy-ddi.DrugNamesCSV.v1".'
    )
    NO_THINGS_OF_NAMES: Final = (
        "[DDI075] {path} can't be read as a file of {what}: {problem}. Build one by {script}, and "
        'name it under "{callback}" in the config.'
    )
    NAME_WITHOUT_ENTRY: Final = (
        "[DDI072] The name {name!r} can't be added to the dictionary with the identifier {id!r}. A "
        "name has at least one letter or digit, and its identifier is that of an entry."
    )
    BAD_NAMES: Final = (
        "[DDI073] {source}: {problem}. A row has the columns name and id, and if wanted {columns}."
    )
    BAD_KNOWLEDGE_BASE: Final = (
        "[DDI074] {source}: {problem}. Give a spacy.kb.InMemoryLookupKB with aliases, or the "
        "folder or file that its to_disk wrote."
    )

    # Why a relation was found
    LABEL_UNKNOWN: Final = (
        "[DDI080] Component '{name}' can't explain a relation with the label '{label}': it knows "
        "{labels}. Give the pipeline that found the relation."
    )
    PAIR_IN_TWO_SENTENCES: Final = (
        "[DDI081] The relation between '{head}' and '{tail}' can't be explained: its mentions "
        "stand in two sentences, and a pair is read within one. Have sentence boundaries changed "
        "since the relation was found?"
    )
    NO_MENTION: Final = (
        "[DDI082] A relation can't be explained, since {names} is no mention of the Doc (any "
        "more). Are entities or the span group still those that the relation was found with, and "
        "are relation and Doc of one text?"
    )
    RELATION_OF_OTHER_DOC: Final = (
        "[DDI083] {relation} is no relation of this Doc ('{text}…'). Give one of its doc._.ddi, or "
        "of its doc._.ddi_rels: explain(doc, doc._.ddi[0], nlp)."
    )

    # The command line
    NO_PIPELINE: Final = (
        "[DDI056] No pipeline {name!r}: it is neither an installed package nor a folder. {advice}"
    )
    BROKEN_PIPELINE: Final = (
        "[DDI057] Pipeline {name!r} is there, but can't be loaded: {problem}. If it is a package, "
        "install it again; if it is a folder, store it again."
    )
    OTHER_VERSIONS: Final = (
        "[DDI058] Pipeline {name!r} can't be loaded, since it needs other packages than those "
        "installed: {unmet}. Install what it needs, or a version of the pipeline that fits. The "
        "error was: {problem}."
    )
    NO_RELATIONS: Final = "[DDI059] Pipeline {name!r} finds no interactions. {problem}"
    NO_RECOGNIZER: Final = (
        "[DDI068] Pipeline {name!r} has no component that sets entities, only {found}. Give one "
        "with a recognizer, e.g. training/ner_teacher/model-last."
    )
    NO_SUCH_TYPE: Final = (
        "[DDI055] --types: pipeline {name!r} knows no interactions of the type {found!r}. Its "
        "types: {known}."
    )
    ONE_TEXT: Final = (
        "[DDI062] Found {found}. Give one text in quotes, or - to read standard input, or one "
        "--file PATH; or files, folders and patterns, any number of them. For several texts, write "
        "each on a line of its own into a file, and read it by --from lines."
    )
    NO_TEST_PART: Final = (
        "[DDI065] {path} has no official test part, a folder 'Test/Test for DDI Extraction task'. "
        "Give the corpus's top folder, or leave out --part test."
    )
    NO_SOURCE_OF_PAIRS: Final = (
        "[DDI066] Nothing to give soft labels to. Give --text FILE, --mentions FILE or --corpus "
        "FILE, or several of them."
    )
    NO_PAIRS: Final = (
        "[DDI067] No sentence has a pair of drug mentions. Does pipeline {name!r} find mentions "
        "(component ner), and does the corpus hold any?"
    )
    NO_LANGUAGE: Final = (
        "[DDI069] spaCy has no language {lang!r}: {problem} Give a code such as en."
    )


class DDIError(ValueError):
    """An error of this package that the user can fix: its message is one of `Errors`. Whatever else
    is raised is a bug.

    path (str): The file that it is about; empty for none.
    place (str): Where in the file; empty for all of it.
    """

    path = ""
    place = ""

    @property
    def code(self) -> str:
        """That of its message."""
        return str(self).partition("]")[0].removeprefix("[")

    @property
    def text(self) -> str:
        """Its message without the code."""
        return str(self).partition("] ")[2]


class CorpusError(DDIError):
    """A file that can't be read: the message names the file, and the line where there is one.

    message (str): The message. What of a damaged file is quoted in it becomes one line, not too
        long, that can be printed and written in UTF-8.
    path (object): The file.
    place (str): Where in it: 'line 3', 'document 2'.
    """

    def __init__(self, message: str, *, path: object = "", place: str = "") -> None:
        super().__init__(_printable(message))
        self.path = _printable(str(path))
        self.place = _printable(place)

    @classmethod
    def at(cls, template: str, path: object, place: str = "", **found: object) -> CorpusError:
        """The error of a file, or of a place in it.

        template (str): One of `Errors`.
        path (object): The file: `{path}` or `{source}` of the template.
        place (str): Where in it: `{place}` of the template.
        found (object): What else the template names.
        RETURNS (CorpusError): Not raised.
        """
        message = template.format(path=path, source=path, place=place or "the file", **found)
        return cls(message, path=path, place=place)


def _printable(message: str) -> str:
    """A message with blanks for line ends and tabs, escapes for what can't be printed, and its
    middle left out where it is long: it begins with the file and ends with what to do."""
    line = _BREAK.sub(" ", message)
    if not line.isprintable():
        signs = (s if s.isprintable() else s.encode("unicode_escape").decode() for s in line)
        line = "".join(signs)
    if len(line) > MOST_CHARACTERS:
        line = f"{line[: MOST_CHARACTERS - 300]} … {line[-300:]}"
    return line


def require(condition: bool, where: str, setting: str, found: object, expected: str) -> None:
    """Check a setting.

    condition (bool): Whether the setting is possible.
    where (str): Whose setting it is: a component, a registered function.
    setting (str): Its name.
    found (object): Its value.
    expected (str): What is possible.
    RAISES (ValueError): If the condition does not hold.
    """
    if not condition:
        raise DDIError(
            Errors.BAD_SETTING.format(where=where, setting=setting, found=found, expected=expected)
        )
