"""The roof of the house: the command line, the configuration, the daemon and its durable jobs."""

__version__ = "0.1.0"
