"""The embedded API server of the demo: enough of Kubernetes for our own client, kubectl, and what plays a cluster."""
