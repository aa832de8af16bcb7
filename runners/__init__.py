"""The headless half of Bedplate: what it knows, watches and runs, with no screen in it."""
