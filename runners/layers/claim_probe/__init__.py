"""The claim probe as pure rules: what it makes, by which image, what is seen of it, and what it may leave behind.

A claim is made on the foundation's StorageClass. One pod writes a nonce to its volume; when that pod is gone, a second
one, which was never told the nonce, says what it reads there.
"""

from __future__ import annotations

CLAIM = "claim"
"""What the probe is called."""
