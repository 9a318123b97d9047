"""Papers that are printed and signed: what stands on them, and the one home of the typesetter."""
