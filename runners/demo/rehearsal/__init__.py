"""A person's own repository and survival sheet, as a play: what stands in for what the embedded cluster can't have."""
