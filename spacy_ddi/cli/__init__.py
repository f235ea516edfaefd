"""The command line: `python -m spacy_ddi`. Reads arguments, calls the rooms, prints.

Whatever takes long to import is imported inside the commands, so that `--help` is fast.
"""

from spacy_ddi.cli.commands import app, main

__all__ = ["app", "main"]
