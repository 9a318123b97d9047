"""One file per command of `mediad`."""
