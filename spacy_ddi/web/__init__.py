"""A service that finds interactions, and its page. Needs the extra `web`."""
