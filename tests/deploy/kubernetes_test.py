#!/usr/bin/env python3
"""Checks deploy/kubernetes: the fields that its kinds require, and that the objects refer to each
other by names that exist. The configuration in the ConfigMap is checked by `midas proxy`.

    kubernetes_test.py PROGRAM
"""
import pathlib
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError:
    print("skipped: PyYAML is not installed", file=sys.stderr)
    sys.exit(77)

MANIFESTS = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
VERSIONS = {"Namespace": "v1", "ConfigMap": "v1", "Service": "v1", "Pod": "v1",
            "DaemonSet": "apps/v1", "NetworkPolicy": "networking.k8s.io/v1"}
problems = []


def check(condition, problem):
    if not condition:
        problems.append(problem)


def read_manifests():
    found = {}
    for path in sorted(MANIFESTS.glob("*.yaml")):
        for manifest in yaml.safe_load_all(path.read_text()):
            kind = manifest["kind"]
            check(VERSIONS.get(kind) == manifest["apiVersion"],
                  f"{path.name}: {kind} is not of {manifest['apiVersion']}")
            check(kind not in found, f"{path.name}: a second {kind}")
            found[kind] = manifest
    check(set(found) == set(VERSIONS), f"kinds: {sorted(found)}")
    return found


def check_container(container, where):
    """What the restricted Pod Security Standard requires of a container."""
    security = container["securityContext"]
    check(security["allowPrivilegeEscalation"] is False, f"{where}: privileges")
    check(security["readOnlyRootFilesystem"] is True, f"{where}: file system")
    check(security["capabilities"] == {"drop": ["ALL"]}, f"{where}: capabilities")


def check_pod(spec, where):
    security = spec["securityContext"]
    check(security["runAsNonRoot"] is True, f"{where}: root")
    check(security["seccompProfile"] == {"type": "RuntimeDefault"}, f"{where}: seccomp")
    for container in spec.get("initContainers", []) + spec["containers"]:
        if container["name"] == "midas-proxy":
            check_container(container, where)


def check_daemon_set(found):
    daemon_set = found["DaemonSet"]["spec"]
    labels = daemon_set["template"]["metadata"]["labels"]
    check(daemon_set["selector"]["matchLabels"].items() <= labels.items(), "DaemonSet: selector")
    check(found["Service"]["spec"]["selector"].items() <= labels.items(), "Service: selector")
    check(found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"].items() <= labels.items(),
          "NetworkPolicy: selector")
    check(found["Service"]["spec"]["internalTrafficPolicy"] == "Local",
          "Service: tokens would leave their machine")

    spec = daemon_set["template"]["spec"]
    check_pod(spec, "DaemonSet")
    (container,) = spec["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        request = container[probe]["httpGet"]
        check(request["port"] in ports, f"DaemonSet: port of {probe}")
        check(request["path"] == ("/readyz" if probe == "readinessProbe" else "/livez"),
              f"DaemonSet: path of {probe}")
    for port in found["Service"]["spec"]["ports"]:
        check(port["targetPort"] in ports, "Service: targetPort")
    allowed = {port["port"] for rule in found["NetworkPolicy"]["spec"]["ingress"]
               for port in rule["ports"]}
    check(allowed == set(ports.values()), "NetworkPolicy: ports")
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for mount in container["volumeMounts"]:
        check(mount["name"] in volumes, "DaemonSet: volume")
    name = volumes["configuration"]["configMap"]["name"]
    check(found["ConfigMap"]["metadata"]["name"] == name, "ConfigMap: name")


def check_sidecar(found):
    spec = found["Pod"]["spec"]
    check_pod(spec, "Pod")
    (proxy,) = spec["initContainers"]
    check(proxy["restartPolicy"] == "Always", "Pod: the proxy is not a sidecar")
    (listen,) = [each for each in proxy["args"] if each.startswith("--listen=")]
    (application,) = spec["containers"]
    (variable,) = application["env"]
    check(variable["name"] == "AZURE_POD_IDENTITY_AUTHORITY_HOST", "Pod: variable")
    check(variable["value"] == "http://" + listen.removeprefix("--listen="), "Pod: address")
    return proxy["args"]


def check_with_program(program, found, sidecar_arguments):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "proxy.json"
        path.write_text(found["ConfigMap"]["data"]["proxy.json"])
        path.chmod(0o644)
        for arguments in (["proxy", "--config", str(path)], sidecar_arguments):
            result = subprocess.run([program, *arguments, "--check-config"], capture_output=True,
                                    text=True, timeout=60, check=False)
            check(result.returncode == 0, f"{arguments}: {result.stderr}")


def main(program):
    found = read_manifests()
    if not problems:
        check_daemon_set(found)
        check_with_program(program, found, check_sidecar(found))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
