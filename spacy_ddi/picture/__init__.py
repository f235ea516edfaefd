"""A picture of many documents: the graph of drugs, as a page and for other programs."""
