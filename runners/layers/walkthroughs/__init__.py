"""Procedures that a person does rarely and must not get wrong, as declared lists of steps."""
