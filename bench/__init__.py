"""Measurements: figures as ratios within one run on one machine."""
