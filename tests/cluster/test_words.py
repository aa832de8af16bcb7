from __future__ import annotations

import pytest

from runners.cluster.words import asked, one_line


@pytest.mark.parametrize(
    ("method", "path", "query", "words"),
    [
        ("GET", "/api/v1/pods", {}, "list pods"),
        ("GET", "/api/v1/pods", {"watch": "1"}, "watch pods"),
        ("GET", "/api/v1/namespaces", {}, "list namespaces"),
        ("GET", "/api/v1/namespaces/kube-system", {}, "get namespaces kube-system"),
        ("PUT", "/api/v1/namespaces/x/finalize", {}, "update namespaces/finalize x"),
        ("GET", "/api/v1/namespaces/a/pods", {}, "list pods in a"),
        ("GET", "/api/v1/namespaces/a/pods/b/log", {}, "get pods/log a/b"),
        ("POST", "/api/v1/namespaces/a/pods", {}, "create pods in a"),
        ("PATCH", "/apis/longhorn.io/v1beta2/namespaces/a/volumes/v", {}, "patch volumes a/v"),
        ("DELETE", "/apis/storage.k8s.io/v1/storageclasses/s", {}, "delete storageclasses s"),
        ("DELETE", "/api/v1/namespaces/a/pods", {}, "deletecollection pods in a"),
        ("GET", "/version", {}, "get /version"),
    ],
)
def test_a_request_in_the_words_of_rbac(method: str, path: str, query: dict[str, str], words: str) -> None:
    assert str(asked(method, path, query)) == words


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("two\nlines\tand more ", "two lines and more"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x\x1b]8;;http://e\x1b\\link", "xlink"),
        ("a\x9b31mb\x00\u202ec", "a 31mb c"),
        ("x" * 600, "x" * 499 + "…"),
    ],
)
def test_text_from_outside_is_one_plain_line(said: str, shown: str) -> None:
    assert one_line(said) == shown
