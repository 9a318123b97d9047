"""Decides: who may do what, and (pure) what the rules say. Never performs I/O on footage."""
