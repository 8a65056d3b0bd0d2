"""What each refusal of Kubernetes means for Hookline."""

import json

import pytest

from hookline.errors import PermanentError, TemporaryError
from hookline.kube.answer import Answer
from hookline.kube.errors import (
    AlreadyExistsError,
    ForbiddenError,
    NotFoundError,
    Request,
    decoded,
    error_of,
)

CREATE = Request("create", "argoproj.io", "workflows", "prod")


def _status(code, reason="", message="", headers=None, **details):
    body = {"kind": "Status", "reason": reason, "message": message, "details": details}
    return Answer(code, headers or {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (400, "BadRequest"),
        (422, "Invalid"),
        (413, "RequestEntityTooLarge"),
        (500, "Invalid"),
        *((code, "") for code in (400, 405, 406, 413, 415, 422)),
        *((code, "SomethingNew") for code in (400, 405, 406, 413, 415, 422)),
    ],
)
def test_these_are_permanent(code, reason):
    assert isinstance(error_of(_status(code, reason), CREATE), PermanentError)


@pytest.mark.parametrize(
    ("code", "reason", "whole_target"),
    [
        (401, "Unauthorized", True),
        (403, "Forbidden", True),
        (409, "Conflict", False),
        (410, "Expired", False),
        (429, "TooManyRequests", True),
        (500, "InternalError", True),
        (503, "ServiceUnavailable", True),
        (504, "Timeout", True),
        (400, "Timeout", False),
        (401, "", True),
        (403, "", True),
        (404, "", True),
        (408, "", False),
        (418, "", False),
        (302, "", False),
        (502, "", True),
        (500, "SomethingNew", True),
    ],
)
def test_these_are_temporary_and_some_concern_the_whole_target(code, reason, whole_target):
    error = error_of(_status(code, reason), CREATE)

    assert isinstance(error, TemporaryError)
    assert error.whole_target is whole_target


def test_the_reason_of_the_status_becomes_the_reason_of_the_error():
    assert error_of(_status(422, "Invalid"), CREATE).reason == "Invalid"


def test_an_answer_without_a_reason_is_named_by_its_code():
    assert error_of(Answer(502, {}, b"<html>bad gateway"), CREATE).reason == "Http502"


def test_the_message_says_what_was_asked_and_what_was_answered():
    error = error_of(_status(422, "Invalid", "spec.entrypoint: Required value"), CREATE)

    assert str(error) == (
        "create workflows.argoproj.io in namespace prod: spec.entrypoint: Required value (Invalid)"
    )


def test_a_taken_name_is_an_error_of_its_own():
    assert isinstance(error_of(_status(409, "AlreadyExists"), CREATE), AlreadyExistsError)


def test_a_conflict_is_no_taken_name():
    assert not isinstance(error_of(_status(409, "Conflict"), CREATE), AlreadyExistsError)


def test_a_missing_right_names_the_rule_to_paste():
    message = (
        'workflows.argoproj.io is forbidden: User "system:serviceaccount:prod:x" cannot create '
        'resource "workflows" in API group "argoproj.io" in the namespace "prod"'
    )
    error = error_of(_status(403, "Forbidden", message), CREATE)

    assert isinstance(error, ForbiddenError)
    assert "a Role in namespace prod needs the rule" in str(error)
    assert '{apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create"]}' in str(error)


def test_a_used_up_quota_names_no_rule():
    message = 'workflows.argoproj.io "a" is forbidden: exceeded quota: small, requested: 1'
    error = error_of(_status(403, "Forbidden", message), CREATE)

    assert isinstance(error, ForbiddenError)
    assert "needs the rule" not in str(error)


def test_a_right_for_a_whole_cluster_belongs_in_a_cluster_role():
    assert "a ClusterRole needs" in Request("list", "", "namespaces", None).rule


def _missing(answer, request=CREATE):
    error = error_of(answer, request)
    assert isinstance(error, NotFoundError)
    return error


def test_a_page_that_is_no_status_means_that_the_type_is_unknown():
    error = _missing(Answer(404, {}, b"404 page not found\n"))

    assert (error.missing, error.whole_target) == ("type", True)
    assert "the cluster does not know workflows of argoproj.io" in str(error)


def test_a_status_without_a_name_means_that_the_type_is_unknown():
    message = "the server could not find the requested resource"

    assert _missing(_status(404, "NotFound", message)).missing == "type"


def test_a_missing_namespace_concerns_that_namespace_only():
    error = _missing(_status(404, "NotFound", "gone", name="prod", kind="namespaces"))

    assert (error.missing, error.whole_target) == ("namespace", False)


def test_a_missing_object_is_told_from_a_missing_namespace():
    request = Request("get", "argoproj.io", "workflows", "prod", "mine")
    error = _missing(_status(404, "NotFound", "gone", name="mine", kind="workflows"), request)

    assert error.missing == "object"


@pytest.mark.parametrize(
    ("headers", "details", "delay"),
    [
        ({"Retry-After": "7"}, {}, 7.0),
        ({"Retry-After": "7"}, {"retryAfterSeconds": 3}, 7.0),
        ({}, {"retryAfterSeconds": 3}, 3.0),
        ({}, {}, None),
        ({"Retry-After": "99999999999"}, {}, 3600.0),
        ({"Retry-After": "soon"}, {}, None),
        ({"Retry-After": "-1"}, {}, None),
    ],
)
def test_the_wait_that_the_server_asks_for_is_kept(headers, details, delay):
    error = error_of(_status(429, "TooManyRequests", headers=headers, **details), CREATE)

    assert isinstance(error, TemporaryError)
    assert error.delay == delay


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null"])
def test_a_good_status_without_an_object_counts_as_no_answer(body):
    with pytest.raises(TemporaryError) as caught:
        decoded(Answer(200, {}, body), CREATE)

    assert (caught.value.reason, caught.value.whole_target) == ("NoAnswer", True)
