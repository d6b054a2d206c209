"""The compiled loops that count pairs: `sorting` events, `walking` rows, `completing` totals.

Signatures are explicit: they are compiled once, when first imported, and kept on disk.
"""
