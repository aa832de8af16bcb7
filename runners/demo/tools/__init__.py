"""Stand-ins for helmfile, helm, flux and git: real processes that change the demo's embedded cluster."""
