"""Where acts find what they change."""

from __future__ import annotations

LONGHORN = "/apis/longhorn.io/v1beta2/namespaces/longhorn-system"
"""Longhorn's own objects; a resource's name follows."""
