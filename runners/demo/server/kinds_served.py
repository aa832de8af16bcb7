"""The kinds that the embedded server has built in: a plain table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True)
class PrinterColumn:
    """One column that kubectl shows of a custom resource."""

    name: str
    kind: str
    path: str
    """A JSONPath, as ``.status.phase``."""
    priority: int = 0


@dataclass(frozen=True, slots=True)
class ServedKind:
    """One resource in one version of its group."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    has_status: bool = False
    """It has a status subresource: the status can be written there only."""
    has_generation: bool = False
    """Its generation counts the changes of what is wanted of it."""
    has_scale: bool = False
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS
    custom: bool = False
    """It is defined by a CustomResourceDefinition."""
    singular: str = ""
    list_kind: str = ""
    columns: tuple[PrinterColumn, ...] = ()

    @property
    def api_version(self) -> str:
        """As objects write it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """``deployments.apps``: what the API's messages call it, whatever the version."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def stored(self) -> str:
        """The resource that it is stored as: one and the same for both groups of events."""
        return "events" if self.resource == "events.events.k8s.io" else self.resource

    @property
    def one(self) -> str:
        """The singular, in lower case."""
        return self.singular or self.kind.lower()

    @property
    def many(self) -> str:
        """The ``kind`` of a list."""
        return self.list_kind or f"{self.kind}List"


_TABLE: Mapping[str, str] = {
    # Kind, plural, flags (c: cluster scope, s: status, g: generation, x: scale, r: created only, as reviews are), short
    "v1": """
        ConfigMap configmaps - cm
        Endpoints endpoints - ep
        Event events - ev
        LimitRange limitranges - limits
        Namespace namespaces cs ns
        Node nodes cs no
        PersistentVolume persistentvolumes cs pv
        PersistentVolumeClaim persistentvolumeclaims s pvc
        Pod pods sg po
        ReplicationController replicationcontrollers sgx rc
        ResourceQuota resourcequotas s quota
        Secret secrets -
        Service services s svc
        ServiceAccount serviceaccounts - sa
    """,
    "admissionregistration.k8s.io/v1": """
        MutatingWebhookConfiguration mutatingwebhookconfigurations cg
        ValidatingAdmissionPolicy validatingadmissionpolicies csg
        ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings cg
        ValidatingWebhookConfiguration validatingwebhookconfigurations cg
    """,
    "apiextensions.k8s.io/v1": """
        CustomResourceDefinition customresourcedefinitions csg crd,crds
    """,
    "apiregistration.k8s.io/v1": """
        APIService apiservices cs
    """,
    "apps/v1": """
        ControllerRevision controllerrevisions -
        DaemonSet daemonsets sg ds
        Deployment deployments sgx deploy
        ReplicaSet replicasets sgx rs
        StatefulSet statefulsets sgx sts
    """,
    "authentication.k8s.io/v1": """
        SelfSubjectReview selfsubjectreviews cr
    """,
    "authorization.k8s.io/v1": """
        SelfSubjectAccessReview selfsubjectaccessreviews cr
        SelfSubjectRulesReview selfsubjectrulesreviews cr
    """,
    "autoscaling/v2": """
        HorizontalPodAutoscaler horizontalpodautoscalers s hpa
    """,
    "batch/v1": """
        CronJob cronjobs sg cj
        Job jobs sg
    """,
    "coordination.k8s.io/v1": """
        Lease leases -
    """,
    "discovery.k8s.io/v1": """
        EndpointSlice endpointslices g
    """,
    "events.k8s.io/v1": """
        Event events - ev
    """,
    "networking.k8s.io/v1": """
        Ingress ingresses sg ing
        IngressClass ingressclasses cg
        NetworkPolicy networkpolicies g netpol
    """,
    "policy/v1": """
        PodDisruptionBudget poddisruptionbudgets sg pdb
    """,
    "rbac.authorization.k8s.io/v1": """
        ClusterRole clusterroles c
        ClusterRoleBinding clusterrolebindings c
        Role roles -
        RoleBinding rolebindings -
    """,
    "scheduling.k8s.io/v1": """
        PriorityClass priorityclasses cg pc
    """,
    "storage.k8s.io/v1": """
        CSIDriver csidrivers c
        CSINode csinodes c
        CSIStorageCapacity csistoragecapacities -
        StorageClass storageclasses c sc
        VolumeAttachment volumeattachments cs
    """,
}

_IN_ALL = frozenset(
    {"pods", "services", "daemonsets", "deployments", "replicasets", "statefulsets", "cronjobs", "jobs"}
)
"""What ``kubectl get all`` means."""


def _rows() -> Iterator[ServedKind]:
    for api_version, rows in _TABLE.items():
        group, _, version = api_version.rpartition("/")
        for kind, plural, flags, *short in (line.split() for line in rows.strip().splitlines()):
            yield ServedKind(
                group=group,
                version=version,
                plural=plural,
                kind=kind,
                namespaced="c" not in flags,
                has_status="s" in flags,
                has_generation="g" in flags,
                has_scale="x" in flags,
                short_names=tuple(short[0].split(",")) if short else (),
                categories=("all",) if plural in _IN_ALL else (),
                verbs=("create",) if "r" in flags else VERBS,
            )


BUILT_IN = tuple(_rows())
NAMESPACES, CRDS = (
    next(kind for kind in BUILT_IN if kind.plural == plural) for plural in ("namespaces", "customresourcedefinitions")
)
