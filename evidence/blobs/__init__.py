"""Content-addressed storage of originals, manifests and derived files."""
