"""Plays kustomize-controller: what is in Git becomes what is in the cluster, and stays so."""
