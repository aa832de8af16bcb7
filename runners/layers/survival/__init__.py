"""What would come back if the cluster died now, and the sheet that recovery will need: pure.

``fates`` joins claims to their backups, ``checkout`` and ``keys`` say whether Git and the keys' sources have the rest,
``judge`` folds all of it, ``sheet`` is what is written down of it on good days.
"""
