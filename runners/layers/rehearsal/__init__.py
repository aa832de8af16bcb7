"""Walking one's own recovery before it is needed: what it would miss, and what is remembered of each time."""
