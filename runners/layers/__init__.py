"""The mission as data and pure rules: kinds, components, findings, verdicts, gates, plans. No I/O."""
