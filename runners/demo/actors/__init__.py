"""The managers that are played, one file each: Longhorn, the MinIO operator, source-controller, provisioner, probes.

``cast.Cast`` starts and stops them together.
"""
