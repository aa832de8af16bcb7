"""Plays the ServiceAccount controller: each namespace gets its ``default``, without which no pod may be made there."""

from __future__ import annotations

from runners.demo.actors import resources as res
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import is_deleted
from runners.layers.jsons import text

_NAME = "default"


class ServiceAccounts(Actor):
    """Makes what is missing."""

    name = "serviceaccount-controller"

    def act(self) -> None:
        """Looks at every namespace."""
        accounts = self.api.list(res.SERVICEACCOUNTS)
        have = {text(each, "metadata", "namespace") for each in accounts if text(each, "metadata", "name") == _NAME}
        for namespace in self.api.list(res.NAMESPACES):
            name = text(namespace, "metadata", "name")
            if name not in have and not is_deleted(namespace):
                self.api.ensure(res.SERVICEACCOUNTS, {"metadata": {"name": _NAME, "namespace": name}}, None)
