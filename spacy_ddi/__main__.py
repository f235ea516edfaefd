"""`python -m spacy_ddi`."""

from spacy_ddi.cli import main

if __name__ == "__main__":
    main()
