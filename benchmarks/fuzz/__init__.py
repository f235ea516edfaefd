"""Damaged files of all formats, and what their readers make of them."""
