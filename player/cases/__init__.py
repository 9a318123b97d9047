"""Cases as people work on them: entered, judged, explained, closed. Every change is decided inside the transaction
that appends it, so that nothing can slip in between."""
