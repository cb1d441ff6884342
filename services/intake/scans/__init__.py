"""Strangers' files: what kind each is, whether it is whole and one thing alone, how its pages look.

They are opened in a process of their own (`reader`), which may be slow, grow or die without harm to intake.
"""
