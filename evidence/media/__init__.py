"""Footage: indexing, packaging, pictures. Only home of PyAV, OpenCV and imagehash (in worker processes)."""
