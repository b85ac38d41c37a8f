"""Designs that a study compares, and variations of the configured hub.

design       a design of a study, and the keys of all studies
spreadsheet  designs of a CSV or XLSX, and the keys in which they differ; typed_designs, those of the command line
grid         combinations of swept values
varying      fields of a hub by their names
factors      differences between two hubs, in groups
what_if      a tenth more of each resource, and a hub at another area; more_room, more units in a hall
"""
