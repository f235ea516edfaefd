"""Errors of the service: what a request lacks, or why it is not answered now."""

from __future__ import annotations

from typing import Final

from spacy_ddi.file_errors import INSTALL_EXTRA


class ServiceErrors:
    """Message templates, as in `Errors`. Who sends a request reads them."""

    NO_WEB: Final = (
        "[DDI301] The service needs {name}, which is not installed. "
        f"{INSTALL_EXTRA.format(extra='web')}"
    )
    BODY_TOO_LARGE: Final = (
        "[DDI302] The request has more than {limit:,} bytes, and this service takes no more. Send "
        "the text in pieces, or start the service with a larger --max-bytes."
    )
    BODY_TOO_SLOW: Final = (
        "[DDI303] The request did not arrive within {seconds:g} seconds. Send it again, on a "
        "faster connection or in pieces."
    )
    BUSY: Final = (
        "[DDI304] The service is busy: {waiting} requests are waiting. Send the request again in "
        "{seconds} seconds."
    )
    TOO_LONG_TO_READ: Final = (
        "[DDI305] The text was not read within {seconds:g} seconds. Send it in pieces, or when "
        "fewer others do."
    )
    STOPPING: Final = "[DDI306] The service is being stopped. Send the request again later."
    BODY_TYPE: Final = (
        "[DDI307] The body is declared as {found!r}. This address takes {expected} only: set the "
        "header Content-Type."
    )
    BODY_NO_JSON: Final = (
        "[DDI308] The body is no JSON in UTF-8: {problem}. A request is like {example}."
    )
    BODY_SHAPE: Final = (
        "[DDI309] The request does not fit: {problems}. A request is like {example}."
    )
    NO_ADDRESS: Final = (
        "[DDI310] There is nothing at {path}. The addresses of this service are listed at /api."
    )
    NO_METHOD: Final = (
        "[DDI311] {path} can't be asked by {method}. How it is asked is told at /api."
    )
    OTHER_HOST: Final = (
        "[DDI312] This service answers at {hosts} only, and was asked as {found!r}. Start it with "
        "--host to let it answer to others."
    )
    NO_SUCH_RELATION: Final = (
        "[DDI313] No interaction is found between the characters {head} and {tail} of this text. "
        "Send the sentence of an interaction, with its offsets in that sentence."
    )
    SERVICE_FAILED: Final = (
        "[DDI314] The pipeline failed on this text: {problem}. The service goes on. Its log has "
        "the trace."
    )
    BODY_ENCODED: Final = (
        "[DDI315] The body is sent as {found!r}. Send it as it is, without Content-Encoding."
    )
    UPLOAD_FORMAT: Final = (
        "[DDI316] Files of the format {name} are not taken by the service, since their size in "
        "memory can't be told before. Use python -m spacy_ddi extract, or one of: {names}."
    )
    UPLOAD_EXPANDS: Final = (
        "[DDI317] {name} has more than {limit:,} bytes when it is decompressed, and this service "
        "takes no more. Use python -m spacy_ddi extract, or send a part."
    )
    UPLOAD_EMPTY: Final = "[DDI318] {name} is empty. Send the content of the file as the body."
    NO_PROMISE: Final = (
        "[DDI321] The pipeline of this service does not know what precision to expect at which "
        "score. Choose by min_score."
    )
    TOO_SURE: Final = (
        "[DDI322] The pipeline of this service can't promise a precision of {found}. The highest "
        "that it knows of, by type: {known}. Ask for that or less, or choose by min_score."
    )
    TOO_MANY_CONNECTIONS: Final = (
        "[DDI323] The service is busy: more than {limit} connections are open. Send the request "
        "again in {seconds} seconds."
    )
    BAD_REQUEST: Final = "[DDI319] The request can't be answered: {problem}."
    PORT_IN_USE: Final = (
        "[DDI320] {host}, port {port}: {problem}. Give another --port, or stop what listens there."
    )
