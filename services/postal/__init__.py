"""Postal, the road: parcels with papers and results, bags with their manifests, attempts, money collected.

It says where each parcel is (`postal.parcels`) and what each bag holds (`postal.manifests`). It hears dossiers and
cases, how people can be reached (`intake.people`, restricted), which offices end, and its own manifests.
"""
