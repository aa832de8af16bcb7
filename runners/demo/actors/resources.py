"""The resources that actors read and write: where the server has them."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, text


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the API."""

    api_version: str
    plural: str
    kind: str

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The path of an object, or of a collection where no name is given."""
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        parts = [root, *(("namespaces", namespace) if namespace else ()), self.plural, name, subresource]
        return "/".join(part for part in parts if part)

    def path_of(self, obj: Json, subresource: str = "") -> str:
        """The path of a decoded object."""
        return self.path(text(obj, "metadata", "namespace"), text(obj, "metadata", "name"), subresource)


NODES = Resource("v1", "nodes", "Node")
NAMESPACES = Resource("v1", "namespaces", "Namespace")
SERVICEACCOUNTS = Resource("v1", "serviceaccounts", "ServiceAccount")
EVENTS = Resource("v1", "events", "Event")
PODS = Resource("v1", "pods", "Pod")
SECRETS = Resource("v1", "secrets", "Secret")
SERVICES = Resource("v1", "services", "Service")
CONFIGMAPS = Resource("v1", "configmaps", "ConfigMap")
CLAIMS = Resource("v1", "persistentvolumeclaims", "PersistentVolumeClaim")
VOLUMES = Resource("v1", "persistentvolumes", "PersistentVolume")
DAEMONSETS = Resource("apps/v1", "daemonsets", "DaemonSet")
REPLICASETS = Resource("apps/v1", "replicasets", "ReplicaSet")
DEPLOYMENTS = Resource("apps/v1", "deployments", "Deployment")
STATEFULSETS = Resource("apps/v1", "statefulsets", "StatefulSet")
JOBS = Resource("batch/v1", "jobs", "Job")
STORAGECLASSES = Resource("storage.k8s.io/v1", "storageclasses", "StorageClass")
CSINODES = Resource("storage.k8s.io/v1", "csinodes", "CSINode")
CSIDRIVERS = Resource("storage.k8s.io/v1", "csidrivers", "CSIDriver")
LONGHORN_NODES = Resource("longhorn.io/v1beta2", "nodes", "Node")
LONGHORN_SETTINGS = Resource("longhorn.io/v1beta2", "settings", "Setting")
LONGHORN_VOLUMES = Resource("longhorn.io/v1beta2", "volumes", "Volume")
LONGHORN_ENGINES = Resource("longhorn.io/v1beta2", "engines", "Engine")
LONGHORN_REPLICAS = Resource("longhorn.io/v1beta2", "replicas", "Replica")
LONGHORN_ENGINE_IMAGES = Resource("longhorn.io/v1beta2", "engineimages", "EngineImage")
LONGHORN_BACKUP_TARGETS = Resource("longhorn.io/v1beta2", "backuptargets", "BackupTarget")
LONGHORN_INSTANCE_MANAGERS = Resource("longhorn.io/v1beta2", "instancemanagers", "InstanceManager")
LONGHORN_RECURRING_JOBS = Resource("longhorn.io/v1beta2", "recurringjobs", "RecurringJob")
LONGHORN_BACKUPS = Resource("longhorn.io/v1beta2", "backups", "Backup")
LONGHORN_BACKUP_VOLUMES = Resource("longhorn.io/v1beta2", "backupvolumes", "BackupVolume")
LONGHORN_SYSTEM_BACKUPS = Resource("longhorn.io/v1beta2", "systembackups", "SystemBackup")
LONGHORN_SYSTEM_RESTORES = Resource("longhorn.io/v1beta2", "systemrestores", "SystemRestore")
TENANTS = Resource("minio.min.io/v2", "tenants", "Tenant")
ADDRESS_POOLS = Resource("metallb.io/v1beta1", "ipaddresspools", "IPAddressPool")
GITREPOSITORIES = Resource("source.toolkit.fluxcd.io/v1", "gitrepositories", "GitRepository")
FLUXINSTANCES = Resource("fluxcd.controlplane.io/v1", "fluxinstances", "FluxInstance")
FLUXREPORTS = Resource("fluxcd.controlplane.io/v1", "fluxreports", "FluxReport")
KUSTOMIZATIONS = Resource("kustomize.toolkit.fluxcd.io/v1", "kustomizations", "Kustomization")
