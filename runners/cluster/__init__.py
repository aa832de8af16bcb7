"""The Kubernetes half: connection, identity, list and watch, the store of rows, and how fresh they are."""
