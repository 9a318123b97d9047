"""The floor: records, ledger, signatures, blobs, catalog and media. Imports nothing above it."""
