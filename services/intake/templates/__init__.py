"""Intake's pages, and the words in which they tell what happened."""
