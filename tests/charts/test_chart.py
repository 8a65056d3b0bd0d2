"""What the Helm chart makes of its values, and that a real API server takes it."""

import json
import re
from typing import Any

import pytest
import yaml
from chart import CHART, ROOT, helm, one, render
from click.testing import CliRunner
from real_kube import KubeApi

import hookline
from server.cli import hookline as hookline_command

PLURALS = {
    "ConfigMap": "configmaps",
    "Deployment": "deployments",
    "Ingress": "ingresses",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "Role": "roles",
    "RoleBinding": "rolebindings",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
}
RULE = {"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["create"]}
# Everything that can be switched on or filled in.
FULL: dict[str, Any] = {
    "image": {"repository": "registry.example/hookline", "tag": "1.2", "pullSecrets": ["pull"]},
    "nats": {
        "existingSecret": "bus",
        "monitorUrl": "http://nats:8222",
        "replicas": 3,
        "maxBytes": 10737418240,
    },
    "manifests": {
        "files": {"a.yaml": (ROOT / "examples/coinflip/coinflip.yaml").read_text()},
    },
    "secrets": ["github.token", "other"],
    "configMaps": ["flows"],
    "source": {
        "replicas": 3,
        "ports": [{"name": "webhook", "port": 12000}, {"name": "github", "port": 12001}],
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}],
        "apiSecrets": ["slack.token"],
        "serviceAccount": {"annotations": {"example.com/role": "listen"}},
        "podAnnotations": {"prometheus.io/scrape": "true"},
        "podLabels": {"team": "ci"},
        "extraArgs": ["--lenient"],
        "extraEnv": [{"name": "TZ", "value": "UTC"}],
        "extraVolumes": [{"name": "more", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"key": "ci", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {}},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"team": "ci"}},
            }
        ],
    },
    "sensor": {
        "namespaces": {"ci": [RULE]},
        "apiSecrets": ["registry"],
        "apiConfigMaps": ["workflows", "more"],
    },
    "podDisruptionBudget": {"maxUnavailable": "50%"},
    "service": {"type": "LoadBalancer", "annotations": {"example.com/internal": "true"}},
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "annotations": {"example.com/body": "1m"},
        "hosts": [{"host": "hooks.example.com", "paths": [{"path": "/push", "port": 12000}]}],
        "tls": [{"hosts": ["hooks.example.com"], "secretName": "hooks-tls"}],
    },
}
LOGIN: dict[str, Any] = {
    "nats": {
        "login": {"existingSecret": "bus-login", "credsKey": "user.creds"},
        "tls": {
            "existingSecret": "bus-tls",
            "caKey": "ca.crt",
            "certKey": "tls.crt",
            "keyKey": "tls.key",
        },
    }
}
VALUES = [
    pytest.param({}, id="defaults"),
    pytest.param(FULL, id="everything"),
    pytest.param(LOGIN, id="login"),
]


def deployment(values: dict[str, Any], role: str) -> dict[str, Any]:
    return one(render(values), "Deployment", role)["spec"]


def container(values: dict[str, Any], role: str) -> dict[str, Any]:
    [found] = deployment(values, role)["template"]["spec"]["containers"]
    return found


def rules(values: dict[str, Any], namespace: str) -> list[dict[str, Any]]:
    [role] = [
        each
        for each in render(values)
        if each["kind"] == "Role" and each["metadata"]["namespace"] == namespace
    ]
    return role["rules"]


@pytest.mark.parametrize("values", VALUES)
def test_helm_finds_nothing_to_complain_of(values: dict[str, Any]):
    said = helm("lint", "--strict", CHART, "-f", "-", text=yaml.safe_dump(values))
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("values", VALUES)
def test_a_real_api_server_takes_every_object_as_it_is(values: dict[str, Any], kube_api: KubeApi):
    home, ci = kube_api.new_namespace(), kube_api.new_namespace()
    text = json.dumps(render(values, home)).replace('"ci"', f'"{ci}"')
    for made in json.loads(text):
        where, kind = made["metadata"]["namespace"], made["kind"]
        group = made["apiVersion"]
        base = f"/api/{group}" if group == "v1" else f"/apis/{group}"
        answer = kube_api.admin.post(
            f"{base}/namespaces/{where}/{PLURALS[kind]}",
            params={"dryRun": "All", "fieldValidation": "Strict"},
            json=made,
        )
        assert answer.is_success, f"{kind}: {answer.text}"


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("role", ["source", "sensor"])
def test_its_pods_pass_the_restricted_pod_security_standard(
    values: dict[str, Any], role: str, kube_api: KubeApi
):
    home = kube_api.new_namespace()
    label = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    kind = {"Content-Type": "application/merge-patch+json"}
    path = f"/api/v1/namespaces/{home}"
    kube_api.admin.patch(path, content=json.dumps(label), headers=kind).raise_for_status()
    template = one(render(values, home), "Deployment", role)["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", **template}
    pod["metadata"] = template["metadata"] | {"name": "one"}
    answer = kube_api.admin.post(f"{path}/pods", params={"dryRun": "All"}, json=pod)
    assert answer.is_success, answer.text
    pod["spec"]["securityContext"]["runAsNonRoot"] = False
    refused = kube_api.admin.post(f"{path}/pods", params={"dryRun": "All"}, json=pod)
    assert "PodSecurity" in refused.text


@pytest.mark.parametrize("role", ["source", "sensor"])
def test_its_arguments_are_flags_of_hookline(role: str):
    args = container(FULL, role)["args"]
    assert CliRunner().invoke(hookline_command, [*args, "--help"]).exit_code == 0
    known = {
        name for option in hookline_command.get_command(None, "run").params for name in option.opts
    }
    assert {arg.split("=")[0] for arg in args if arg.startswith("--")} <= known
    assert {"--replicas=3", "--max-bytes=10737418240"} < set(args)
    assert {"--secrets-dir=/etc/hookline/secrets", "--nats-monitor=http://nats:8222"} < set(args)
    assert ("--lenient" in args) == (role == "source")


def test_the_address_of_nats_comes_from_the_secret():
    [variable] = [each for each in container(FULL, "sensor")["env"] if "NATS" in each["name"]]
    assert variable == {
        "name": "HOOKLINE_NATS_URL",
        "valueFrom": {"secretKeyRef": {"name": "bus", "key": "url"}},
    }


def reads(resource: str, *names: str) -> dict[str, Any]:
    return {
        "apiGroups": [""],
        "resources": [resource],
        "resourceNames": list(names),
        "verbs": ["get"],
    }


def test_a_role_may_get_exactly_what_it_is_to_read_through_the_api():
    made = [each for each in render(FULL) if each["kind"] == "Role"]
    found = {
        (each["metadata"]["name"], each["metadata"]["namespace"]): [
            rule for rule in each["rules"] if rule["apiGroups"] == [""]
        ]
        for each in made
    }
    assert found == {
        ("hookline-source", "default"): [*FULL["source"]["rules"], reads("secrets", "slack.token")],
        ("hookline-sensor", "default"): [
            reads("configmaps", "workflows", "more"),
            reads("secrets", "registry"),
        ],
        ("hookline-sensor", "ci"): [],
    }


def test_secrets_and_config_maps_are_mounted_where_the_flags_look():
    for role in ("source", "sensor"):
        args = container(FULL, role)["args"]
        mounts = {each["mountPath"]: each["name"] for each in container(FULL, role)["volumeMounts"]}
        volumes = {v["name"]: v for v in deployment(FULL, role)["template"]["spec"]["volumes"]}
        assert "--config-maps-dir=/etc/hookline/configmaps" in args
        flows = volumes[mounts["/etc/hookline/configmaps/flows"]]
        assert flows["configMap"] == {"name": "flows", "optional": True}
        other = volumes[mounts["/etc/hookline/secrets/other"]]
        assert other["secret"]["secretName"] == "other"
    assert not [arg for arg in container({}, "sensor")["args"] if "-dir" in arg]


def login(values: dict[str, Any], role: str = "sensor") -> dict[str, str]:
    """Return the variables of the login, without their common beginning."""
    return {
        each["name"].removeprefix("HOOKLINE_NATS_"): each["value"]
        for each in container({"nats": values}, role)["env"]
        if each["name"].startswith("HOOKLINE_NATS_") and not each["name"].endswith("_URL")
    }


@pytest.mark.parametrize(
    ("keys", "variables"),
    [
        ({"credsKey": "a.creds"}, {"CREDS": "a.creds"}),
        ({"nkeyKey": "seed"}, {"NKEY": "seed"}),
        ({"user": "me", "passwordKey": "word"}, {"USER": "me", "PASSWORD_FILE": "word"}),
    ],
)
def test_each_login_is_a_variable_that_hookline_knows(
    keys: dict[str, str], variables: dict[str, str]
):
    found = login({"login": {"existingSecret": "bus-login", **keys}})
    folder = "/etc/hookline/nats/login/"
    assert {name: value.removeprefix(folder) for name, value in found.items()} == variables
    known = {option.envvar for option in hookline_command.get_command(None, "run").params}
    assert {f"HOOKLINE_NATS_{name}" for name in found} <= known


def test_the_certificates_for_nats_are_files_of_their_secret():
    folder = "/etc/hookline/nats/tls"
    for role in ("source", "sensor"):
        assert login(LOGIN["nats"], role) == {
            "CREDS": "/etc/hookline/nats/login/user.creds",
            "CA": f"{folder}/ca.crt",
            "CERT": f"{folder}/tls.crt",
            "KEY": f"{folder}/tls.key",
        }
        volumes = deployment(LOGIN, role)["template"]["spec"]["volumes"]
        secrets = {v["name"]: v["secret"]["secretName"] for v in volumes if "secret" in v}
        assert secrets == {"nats-login": "bus-login", "nats-tls": "bus-tls"}


def test_a_pod_has_longer_to_stop_than_it_drains():
    spec = deployment({}, "source")["template"]["spec"]
    [waits] = [c["lifecycle"]["preStop"]["exec"]["command"] for c in spec["containers"]]
    assert waits == ["sleep", "5"]
    assert spec["terminationGracePeriodSeconds"] >= 5 + 25 + 1
    with pytest.raises(ValueError, match="must be over preStopSeconds and the 25 s of draining"):
        render({"terminationGracePeriodSeconds": 30})


def test_who_may_create_may_look_whatever_the_values_say():
    update = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["update"]}
    values = {"sensor": {"rules": [RULE, update], "namespaces": {"ci": [RULE]}}}
    assert rules(values, "default") == [{**RULE, "verbs": ["create", "get", "list"]}, update]
    assert rules(values, "ci") == [{**RULE, "verbs": ["create", "get", "list"]}]


def test_rights_are_where_objects_without_a_namespace_are_made():
    assert rules({"namespace": "jobs"}, "jobs")[0]["resources"] == ["workflows"]
    variables = {
        each["name"]: each.get("value")
        for each in container({"namespace": "jobs"}, "sensor")["env"]
    }
    assert variables["HOOKLINE_NAMESPACE"] == "jobs"


def test_no_rights_are_made_when_you_bind_them_yourself():
    kinds = {each["kind"] for each in render({"rbac": {"create": False}})}
    assert {"Role", "RoleBinding"} & kinds == set()


def test_the_source_holds_no_token_until_it_has_rights():
    def holds(values: dict[str, Any], role: str) -> bool:
        return deployment(values, role)["template"]["spec"]["automountServiceAccountToken"]

    assert not holds({}, "source")
    assert holds(FULL, "source")
    assert holds({"source": {"apiSecrets": ["token"]}}, "source")
    assert holds({}, "sensor")


def test_an_account_of_yours_is_used():
    values = {"sensor": {"serviceAccount": {"create": False, "name": "mine"}}}
    made = render(values)
    assert {each["metadata"]["name"] for each in made if each["kind"] == "ServiceAccount"} == {
        "hookline-source"
    }
    assert one(made, "RoleBinding")["subjects"][0]["name"] == "mine"
    assert deployment(values, "sensor")["template"]["spec"]["serviceAccountName"] == "mine"


def test_the_files_are_in_the_configmap_as_they_were_written():
    files = {"a.yaml": "value: ${{ $.push.body.ref }}  # {{ .Values.image }}\n", "b.json": "{}"}
    assert one(render({"manifests": {"files": files}}), "ConfigMap")["data"] == files


def test_a_configmap_of_yours_is_mounted_instead():
    values = {"manifests": {"existingConfigMap": "mine"}}
    assert not [each for each in render(values) if each["kind"] == "ConfigMap"]
    volumes = deployment(values, "source")["template"]["spec"]["volumes"]
    assert {"name": "manifests", "configMap": {"name": "mine"}} in volumes


def test_every_port_of_a_webhook_is_one_of_the_service_and_of_the_pods():
    ports = one(render(FULL), "Service")["spec"]["ports"]
    assert [(port["port"], port["targetPort"]) for port in ports] == [
        (12000, "webhook"),
        (12001, "github"),
    ]
    held = {port["name"]: port["containerPort"] for port in container(FULL, "source")["ports"]}
    assert held == {"api": 7788, "webhook": 12000, "github": 12001}
    assert [port["name"] for port in container(FULL, "sensor")["ports"]] == ["api"]


@pytest.mark.parametrize("kind", ["Service", "PodDisruptionBudget"])
def test_services_and_budgets_find_the_pods_that_they_are_for(kind: str):
    made = render(FULL)
    for found in (each for each in made if each["kind"] == kind):
        spec = found["spec"]["selector"]
        selector = (spec.get("matchLabels") or spec).items()
        pods = {
            role: one(made, "Deployment", role)["spec"]["template"]["metadata"]["labels"]
            for role in ("source", "sensor")
        }
        matched = [role for role, labels in pods.items() if selector <= labels.items()]
        assert matched == [found["metadata"]["labels"]["app.kubernetes.io/component"]]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"nats": {"url": "nats://me:secret@nats"}}, "put the address into a Secret"),
        ({"nats": {"url": ""}}, "nats.url or nats.existingSecret is needed"),
        ({"nats": {"urls": "nats://nats"}}, "'urls' not allowed"),
        ({"nats": {"login": {"credsKey": "a"}}}, "existingSecret and one of credsKey"),
        ({"nats": {"login": {"existingSecret": "a"}}}, "existingSecret and one of credsKey"),
        (
            {"nats": {"login": {"existingSecret": "a", "credsKey": "b", "nkeyKey": "c"}}},
            "takes one of credsKey, nkeyKey and user",
        ),
        ({"nats": {"login": {"existingSecret": "a", "user": "b"}}}, "user and nats.login.password"),
        (
            {"nats": {"tls": {"existingSecret": "a", "keyKey": "b"}}},
            "nats.tls.keyKey come together",
        ),
        ({"nats": {"tls": {"caKey": "a"}}}, "nats.tls.existingSecret and caKey"),
        ({"nats": {"tls": {"existingSecret": "a", "caKey": "../a"}}}, "/nats/tls/caKey"),
        ({"sensor": {"apiSecrets": ["a", "a"]}}, "/sensor/apiSecrets"),
        ({"source": {"ports": []}}, "/source/ports"),
        ({"source": {"ports": [{"name": "web", "port": 80}]}}, "/source/ports/0/port"),
        ({"manifests": {"files": {"a.txt": ""}}}, "a.txt"),
        ({"sensor": {"rules": [{"verbs": ["get"]}]}}, "/sensor/rules/0"),
        ({"terminationGracePeriodSeconds": 20}, "/terminationGracePeriodSeconds"),
    ],
)
def test_values_that_cannot_work_are_refused_with_their_place(values: dict[str, Any], says: str):
    with pytest.raises(ValueError, match=re.escape(says)):
        render(values)


def test_the_schema_knows_every_value_and_nothing_else():
    schema = json.loads((CHART / "values.schema.json").read_text())
    values = yaml.safe_load((CHART / "values.yaml").read_text())

    def same(part: dict[str, Any], known: dict[str, Any], path: str) -> None:
        if known.get("additionalProperties") is not False:
            return
        assert set(part) == set(known["properties"]) - {"global"}, path
        for key, value in part.items():
            if isinstance(value, dict):
                same(value, known["properties"][key], f"{path}.{key}")

    same(values, schema, "values")


def test_the_chart_has_the_version_of_hookline():
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert about["appVersion"] == hookline.__version__
