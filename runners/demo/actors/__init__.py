"""The managers that are played, one file each: Longhorn, the MinIO operator, source-controller, provisioner, probes.

``builtin`` has what every cluster brings along, ``kustomize`` what applies Git. ``cast.Cast`` starts and stops them
together; ``demo_cast.demo_cast`` is all of them.
"""
