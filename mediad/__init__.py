"""The roof: configuration, the daemon's composition root, durable jobs and the command line."""
