"""What helm fetches into a chart's folder: nobody's to commit, and no part of what a person wrote."""

ARCHIVES = (".tgz", ".lock")
"""How the names of its files end."""
FETCHED = (*ARCHIVES, "/charts/")
"""The same, and the folder that they lie in, as Git names folders."""
