"""What every cluster has: the workload controllers, the scheduler, the kubelets, and the binder of claims."""
