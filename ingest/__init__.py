"""Brings footage in: dock bays, file-name profiles, transfer and the intake steps."""
