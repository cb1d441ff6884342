"""Notify, the voice: one message for each event and recipient, by a channel that reaches them.

It says that a message was queued, sent or failed, and that somebody must be called (`notify.messages`).
It hears dossiers, cases and parcels, what offices are called, and (`intake.people`, restricted) how people are reached.
"""
