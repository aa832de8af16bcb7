"""What a person gave and the program can't go on with."""

from __future__ import annotations


class UnusableError(Exception):
    """A kubeconfig or a bedplate.yaml can't be used; the text is for that person: what is wrong, and what to do."""
