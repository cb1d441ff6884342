"""Processing, the back office: cases, their steps, the working-day clock, decisions.

It says how a case goes, when it is due and why that moved, and what was decided (`processing.cases`).
It hears dossiers, and which offices end: their heirs go on with the cases.
"""
