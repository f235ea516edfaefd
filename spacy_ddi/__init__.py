"""spacy-ddi: drug-drug interactions in text, as a spaCy component."""

from importlib.metadata import version

__version__ = version("spacy-ddi")
