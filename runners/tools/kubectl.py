"""What kubectl is asked to do."""

from __future__ import annotations


def delete_secret_argv(context: str, namespace: str, name: str) -> tuple[str, ...]:
    """Deletes one Secret by its name, and returns when it is gone."""
    return ("kubectl", "delete", "secret", name, "--context", context, "-n", namespace)
