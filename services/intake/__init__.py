"""Intake, the front desk: catalogue, offices, dossiers and their papers, and the applicant's view of everything.

It says what was submitted, accepted, refused, supplemented and handed over (`intake.dossiers`), how people can be
reached (`intake.people`, restricted), which procedures and offices there are (`intake.procedures`, `intake.offices`).
It hears cases, parcels and messages, to show an applicant how far the dossier has come.
"""
