"""The graph of drugs that a table of pairs tells of, as a page and as GraphML."""

from spacy_ddi.errors import DDIError, Errors

try:
    import duckdb  # noqa: F401
    import networkx  # noqa: F401
    import scipy  # noqa: F401
except ImportError as error:
    raise DDIError(
        Errors.NEEDS_EXTRA.format(what="graph", package=error.name, extra="knowledge")
    ) from error
