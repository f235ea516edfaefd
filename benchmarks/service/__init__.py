"""Measurements of the service: what it costs, what it refuses, how fast its page is."""
