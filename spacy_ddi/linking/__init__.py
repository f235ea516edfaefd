"""Which drug a mention names: a dictionary, the ways to look up a name in it, and the component."""
