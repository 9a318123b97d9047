"""The channel worker: reads one live source, cuts it into fragments, looks and listens. One process per channel."""
