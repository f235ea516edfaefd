"""Recipes of relations, scored by folds on documents that they have not seen."""
