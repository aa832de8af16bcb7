"""Pieces of a screen: given data, they draw it and post their own messages; no I/O."""
