"""The simulator: actors that play the managers of real components, against any API server."""
