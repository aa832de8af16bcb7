"""Finds the two layers in a repository: pure rules over its files. Nothing is run and nothing is guessed.

``documents`` reads YAML tolerantly, ``helmfiles`` and ``releases`` say what helmfile is asked for, ``roots`` where Flux
begins, and ``reach`` what it manages from there. ``proposal`` puts them together: settings with their reasons, and
questions where a repository does not say.
"""

from runners.layers.discovery.documents import Files as Files
from runners.layers.discovery.helmfiles import helmfile_releases as helmfile_releases
from runners.layers.discovery.look import look as look
from runners.layers.discovery.proposal import Discovery as Discovery
from runners.layers.discovery.proposal import discover as discover
from runners.layers.discovery.proposal import seen_with as seen_with
from runners.layers.discovery.reach import FluxRoot as FluxRoot
from runners.layers.discovery.reach import Reached as Reached
from runners.layers.discovery.reach import flux_reached as flux_reached
from runners.layers.discovery.releases import Release as Release
