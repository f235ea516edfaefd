"""Errors of files: what can't be read or written, where, and what to do."""

from __future__ import annotations

from typing import Final

INSTALL_EXTRA: Final = (
    "Install the extra '{extra}' of spacy-ddi: in the folder of its sources, "
    "pip install -c constraints.txt -e '.[{extra}]'."
)
XML_ADVICE: Final = "In XML a sign & of the text is written &amp;, and < is written &lt;."


class FileErrors:
    """Message templates, as in `Errors`."""

    # Corpora
    CORPUS_FOLDER: Final = (
        "[DDI101] {path}: no such folder. Give the folder that holds the corpus's XML files "
        "(it is searched at any depth)."
    )
    CORPUS_NO_XML: Final = (
        "[DDI102] {path}: no .xml file at any depth. The DDI corpus keeps one file a document, "
        "e.g. Train/DrugBank/*.xml."
    )
    CORPUS_XML: Final = (
        f"[DDI103] {{path}}, {{place}}: not well-formed XML: {{problem}}. {XML_ADVICE}"
    )
    CORPUS_DTD: Final = (
        "[DDI104] {path}: the file declares a document type, which the DDI corpus "
        "never does and which could expand entities without bound. Remove the DOCTYPE."
    )
    CORPUS_FILE: Final = "[DDI108] {path}: the file can't be read: {problem}."
    REST_OF_FILE: Final = "[DDI108] {path}, {place}: the rest can't be read: {problem}."
    CORPUS_LIST: Final = (
        "[DDI109] {path}: not a list of document ids: the file is no UTF-8 text. It holds one "
        "document id a line, e.g. DDI-DrugBank.d0."
    )
    CORPUS_CONTENT: Final = "[DDI105] {path}, {place}: {problem}."
    CORPUS_ROOT: Final = (
        "[DDI116] {path}, {place}: the root is <{tag}>, not <document>, so this is no XML of "
        "the DDI corpus 2013{hint}. Convert it to that format first, or take it out of the folder."
    )
    PAIR_CONTRADICTS: Final = (
        "[DDI114] {path}, {place}: the pair of '{head}' ({head_id}) and '{tail}' ({tail_id}) "
        "is annotated as {label}, but in line {first_line} as {first_label}. Keep one of the two."
    )
    DOCBIN_FILE: Final = (
        "[DDI117] {path}: not a .spacy file with Docs: {problem}. Make it by python -m spacy_ddi "
        "convert, or by spacy.tokens.DocBin(store_user_data=True).to_disk."
    )
    DOCBIN_REST: Final = (
        "[DDI117] {path}, {place}: this Doc can't be read, nor any after it: {problem}. The file "
        "is damaged: make it again."
    )
    CORPUS_DOCUMENTS: Final = (
        "[DDI106] {path}: of the {n_listed} listed documents, {n_missing} are not in {folder}, "
        "e.g. {example!r}. The list holds one document id a line, e.g. DDI-DrugBank.d0."
    )
    TEXT_ENCODING: Final = (
        "[DDI110] {source} is not UTF-8 text: {place} can't be decoded. Convert it, e.g. "
        "by iconv -f LATIN1 -t UTF-8."
    )
    TEXT_ZERO: Final = (
        "[DDI111] {source} is not text: it holds a zero byte at {position}. If it is UTF-16 "
        "without a byte order mark, convert it, e.g. by iconv -f UTF-16LE -t UTF-8."
    )
    TEXT_EMPTY: Final = "[DDI112] {source} is empty. Give a text with at least one sentence."
    TEXT_COMPRESSED: Final = (
        "[DDI113] {source} looks compressed ({suffix}), but can't be decompressed: {problem}. If "
        "it is plain text, give it another name; if not, it is damaged: make it again."
    )
    CORPUS_NO_PATH: Final = (
        "[DDI107] The reader has no path. Set it in the config or on the command line, e.g. "
        "--paths.train corpus/train.spacy."
    )
    NAMES_COLUMNS: Final = (
        "[DDI118] {path} has no column {missing}. Names for variants are tab-separated, with a "
        "first line that names the columns: name, type."
    )

    NO_PLAIN_TEXT: Final = (
        "[DDI060] {source} looks like {kind}, and not like plain text. {advice} To read it as it "
        "is all the same, add {option}."
    )
    BINARY_FILE: Final = "[DDI061] {source} is {kind}, and not plain text. {advice}"
    TEXT_LIKE_FILE: Final = (
        "[DDI063] {path} looks like the name of a file, and there is none. Check the path. If it "
        "is the text itself, add --as-text."
    )
    NOT_WRITABLE: Final = (
        "[DDI064] {path} can't be written: {problem}. Give another path, or change its permissions."
    )

    # Documents of other formats
    FORMAT_UNKNOWN: Final = (
        "[DDI120] {path}: the format can't be told by name and content.{hint} Give it by --from: "
        "{names}."
    )
    FORMAT_NO_NAME: Final = (
        "[DDI121] There is no format {name!r} that can be {done}. There are: {names}."
    )
    FORMAT_ONE_WAY: Final = (
        "[DDI122] Documents can't be {done} as {name!r}. Formats that can be: {names}."
    )
    INPUT_MISSING: Final = "[DDI123] {path}: no such file or folder, and no pattern that fits one."
    INPUTS_MISSING: Final = (
        "[DDI186] No such file or folder, and no pattern that fits one: {names}. Nothing was done. "
        "Correct the paths. If it is the text itself, write a file: --output found.csv."
    )
    INPUT_EMPTY: Final = (
        "[DDI124] {path}: no file in this folder has a format that can be read: {names}."
    )
    DOCUMENT: Final = (
        "[DDI125] {path}, {place}: {problem}. Correct it at its source, or take it out."
    )
    COLUMN_MISSING: Final = (
        "[DDI126] {path} has no column {column!r}, only {found}. Name the column of the text by "
        "--text-column, that of the ids by --id-column."
    )
    VALUE_MISSING: Final = (
        "[DDI134] {path}, {place}: it has no value {column!r}, only {found}. Name the value of the "
        "text by --text-column, that of the ids by --id-column."
    )
    NEEDS_PACKAGE: Final = (
        f"[DDI127] {{path}}: {{name}} files need the package {{package}}. {INSTALL_EXTRA}"
    )
    OUTPUT_IN_USE: Final = (
        "[DDI128] {path} holds something else than the output of a run: {found}. Give an empty or "
        "a new folder."
    )
    FOLDER_NOT_EMPTY: Final = (
        "[DDI155] {path} is not empty, and what people have annotated there would be overwritten. "
        "Give an empty or a new folder."
    )
    OUTPUT_DIFFERS: Final = (
        "[DDI129] {path} has the output of another run, and two would be mixed: {changes}. Give "
        "another folder, or remove this one."
    )
    PROCESS_DIED: Final = (
        "[DDI130] A process died {times} times over the documents {part}, and no document of them "
        "is to blame: the pipeline may need more memory than there is (fewer processes take less), "
        "or a library crashes. What is done is kept: the same command goes on from there."
    )
    TOO_LONG: Final = (
        "[DDI132] {path}, {place}: more than {limit} MiB, decompressed, the most that a document "
        "may have. Split it into several."
    )
    NO_LINE_END: Final = (
        "[DDI133] {path}, {place}: no line end in {limit} MiB, so the rest of the file is not "
        "read. Split it into lines, a document each."
    )
    NO_PARTS: Final = (
        "[DDI131] {path} has no part-*.parquet. Give the folder that extract --output wrote."
    )
    OUTPUT_UNKNOWN: Final = (
        "[DDI150] {path}: what to write can't be told by this ending{choice}. Give --to NAME "
        "({names}), or the name of a folder with a slash at its end."
    )
    OUTPUT_DASH: Final = (
        "[DDI157] Nothing is written to standard output by the name -. Give the name of a file; "
        "without --output, interactions are printed."
    )
    NO_OUTPUT: Final = "[DDI151] --to {name} says how to write, but not where: add --output PATH."
    NOT_FOR_OUTPUT: Final = "[DDI152] {option} does nothing with --output {path}. {advice}"
    OTHER_ENDING: Final = (
        "[DDI156] {path}: what is written there is {what}, and such a file ends in {endings}. Give "
        "a name with such an ending."
    )
    NO_ANNOTATION: Final = (
        "[DDI153] {path}: {name} has no annotation, so it gives no training data. Formats that "
        "can have some: {names}."
    )
    BAD_MAPPING: Final = (
        "[DDI154] {option} {found!r} is no mapping. Give OLD=NEW, e.g. {example}; OLD= leaves out "
        "what is of this type."
    )
    NO_RAY: Final = (
        "[DDI140] --engine ray needs Ray Data, which is not installed here. "
        f"{INSTALL_EXTRA.format(extra='ray')} A cluster needs it on each machine."
    )
    NO_CLUSTER: Final = (
        "[DDI141] There is no Ray to use at {address}: {problem}. This machine must be one of the "
        "cluster's (ray start --address HEAD:6379), with the same versions of Ray and Python, and "
        "the same token if there is one (RAY_AUTH_MODE=token)."
    )
    NOT_SHARED: Final = (
        "[DDI142] {path} is not there on {machine}, one of the cluster's machines. The folder that "
        "the command runs in, inputs and output must have the same paths on all of them: use "
        "storage that they share."
    )
    RAY_GAVE_UP: Final = (
        "[DDI143] Ray ended the run: {problem}. Its logs are in /tmp/ray/session_latest/logs. What "
        "is done is kept: the same command goes on from there."
    )
    ENGINE_OF_WHAT: Final = (
        "[DDI145] --engine ray and --address are for runs over files. Say by --output FOLDER where "
        "to write what is found."
    )
    ADDRESS_OF_WHAT: Final = (
        "[DDI144] --address {address} is that of a Ray cluster. Say --engine ray to use it."
    )
    TOO_LITTLE_MEMORY: Final = (
        "[DDI160] The memory, {memory}, is too little for the pairs. Give more by --memory, or "
        "pass over more by --min-score."
    )
    BAD_MEMORY: Final = (
        "[DDI161] {memory!r} is no size of memory. Give a number and a unit, e.g. 800MB or 2GB."
    )
    NO_TABLE_OF_PAIRS: Final = (
        "[DDI162] {path} is no table of pairs: {problem}. Give the table that aggregate made of "
        "the folder of a run ({endings}): "
        "python -m spacy_ddi aggregate FOLDER --output pairs.parquet."
    )
    NO_SUCH_LABEL: Final = (
        "[DDI163] {path} has no interaction of the type {label!r}. There are: {known}."
    )
    NO_EDGES: Final = "[DDI164] Nothing of {path} is left to draw. {note} Pass over less."
    NO_SUCH_PICTURE: Final = (
        "[DDI165] {path}: a graph is written as a page, .html, or as GraphML, .graphml. Give a "
        "name with one of these endings."
    )
    NEEDS_EXTRA: Final = (
        f"[DDI170] {{what}} needs the package {{package}}, which is not installed. {INSTALL_EXTRA}"
    )

    # Runs
    DOCUMENT_KILLS: Final = (
        "[DDI180] {path}, {place}: the process that annotates it dies{problem}. It may need more "
        "memory than there is, or a library crashes. --retry-errors tries it again."
    )
    NO_MEMORY: Final = (
        "[DDI181] {path}, {place}: there was not enough memory ({problem}). With fewer processes "
        "there is more; --retry-errors tries it again."
    )
    PIPELINE_FAILED: Final = "[DDI182] {path}, {place}: the pipeline failed: {problem}."
    MACHINE_FAILED: Final = (
        "[DDI183] The machine failed at the documents {part}: {problem}. They are not to blame, so "
        "none of them counts as done. Make room, or see to the disk; what is done is kept, and the "
        "same command goes on from there."
    )
    OUTPUT_AT_WORK: Final = (
        "[DDI184] Another command writes into {path}. Wait until it has ended, or give another "
        "output."
    )
    RETRY_OF_WHAT: Final = (
        "[DDI185] --retry-errors is for a run. Say by --output FOLDER where its output lies."
    )
