//! What every pod must have: the restricted Pod Security Standard, probes, limits, a way to end well.

use serde_json::{Value, json};

use crate::objects::{Workload, list, text};
use crate::programs::{SETS, objects};

/// Fields of a probe that must be written, so that no default is a surprise.
const PROBE: [&str; 5] =
    ["initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold"];
const SERVICES: [&str; 4] = ["gateway", "consent", "mailer", "research-query"];

fn each_workload(check: impl Fn(Workload<'_>)) {
    for (_, arguments) in SETS {
        let objects = objects(arguments);
        assert!(objects.workloads().count() >= 8);
        objects.workloads().for_each(&check);
    }
}

#[test]
fn pods_are_restricted() {
    each_workload(|workload| {
        let (name, pod) = (workload.name(), workload.pod());
        let security = &pod["securityContext"];
        assert_eq!(security["runAsNonRoot"], true, "{name}");
        assert_eq!(security["runAsUser"], 65532, "{name}");
        assert_eq!(security["seccompProfile"], json!({"type": "RuntimeDefault"}), "{name}");
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        for forbidden in ["hostNetwork", "hostPID", "hostIPC"] {
            assert!(pod[forbidden].is_null(), "{name} has {forbidden}");
        }
        for volume in list(&pod["volumes"]) {
            let permitted = ["configMap", "secret", "emptyDir"].iter().any(|kind| !volume[kind].is_null());
            assert!(permitted, "{name}: {volume}");
            assert!(
                volume["emptyDir"].is_null() || !volume["emptyDir"]["sizeLimit"].is_null(),
                "{name}: {volume}"
            );
        }
        for container in workload.containers() {
            let security = &container["securityContext"];
            assert_eq!(security["allowPrivilegeEscalation"], false, "{name}");
            assert_eq!(security["readOnlyRootFilesystem"], true, "{name}");
            assert_eq!(security["capabilities"], json!({"drop": ["ALL"]}), "{name}");
            assert!(security["privileged"].is_null(), "{name}");
            assert!(list(&container["ports"]).iter().all(|port| port["hostPort"].is_null()), "{name}");
        }
    });
}

#[test]
fn containers_ask_for_what_they_need() {
    each_workload(|workload| {
        for container in workload.containers() {
            for (part, kind) in [("requests", "cpu"), ("requests", "memory"), ("limits", "memory")] {
                assert!(!container["resources"][part][kind].is_null(), "{}: {part} {kind}", workload.name());
            }
        }
    });
}

#[test]
fn images_have_a_version_or_a_digest() {
    each_workload(|workload| {
        for container in workload.containers() {
            let image = text(&container["image"]);
            let version = image.rsplit('/').next().unwrap().split_once([':', '@']);
            assert!(
                version.is_some_and(|(_, version)| !version.is_empty() && version != "latest"),
                "{image}"
            );
        }
    });
}

#[test]
fn what_lasts_has_three_probes_and_what_ends_has_none() {
    each_workload(|workload| {
        for container in workload.containers() {
            for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
                let probe = &container[probe];
                assert_eq!(!probe.is_null(), workload.is_lasting(), "{}", workload.name());
                let complete = PROBE.iter().all(|field| !probe[field].is_null());
                assert!(complete || probe.is_null(), "{}: {probe}", workload.name());
            }
        }
    });
}

#[test]
fn services_ask_three_different_questions_and_end_in_time() {
    for (_, arguments) in SETS {
        let objects = objects(arguments);
        for service in SERVICES {
            let deployment = objects.get("Deployment", &format!("coffer-{service}"));
            let pod = Workload(deployment).pod();
            let container = &list(&pod["containers"]).first().unwrap();
            for (probe, path) in
                [("startupProbe", "/startupz"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")]
            {
                assert_eq!(container[probe]["httpGet"]["path"], path, "{service}");
                assert_eq!(container[probe]["httpGet"]["port"], "admin", "{service}");
            }
            let sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
            let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
            let settings =
                text(&objects.get("ConfigMap", &format!("coffer-{service}"))["data"]["coffer.toml"]);
            assert!(grace > sleep + number(settings, "drain_seconds"), "{service}");
            let update =
                json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}});
            assert_eq!(deployment["spec"]["strategy"], update, "{service}");
        }
    }
}

/// The number after `key =`.
fn number(settings: &str, key: &str) -> u64 {
    let line = settings.lines().find_map(|line| line.strip_prefix(key)?.trim().strip_prefix("= "));
    line.unwrap().parse().unwrap()
}

#[test]
fn a_budget_is_only_where_another_replica_stays() {
    for (set, arguments) in SETS {
        let objects = objects(arguments);
        for service in SERVICES {
            let name = format!("coffer-{service}");
            assert_eq!(objects.has("PodDisruptionBudget", &name), set != "demo", "{set} {service}");
            let replicas = &objects.get("Deployment", &name)["spec"]["replicas"];
            assert_eq!(replicas.is_null(), set == "production", "{set} {service}: the scaler decides");
            let scaler = if service == "gateway" { "HorizontalPodAutoscaler" } else { "ScaledObject" };
            assert_eq!(objects.has(scaler, &name), set == "production", "{set} {service}");
        }
    }
}

#[test]
fn changed_settings_roll_the_pods() {
    let checksum = |set: &str| {
        let objects = objects(&["--set", set]);
        let annotations =
            &objects.get("Deployment", "coffer-gateway")["spec"]["template"]["metadata"]["annotations"];
        let checksum: &Value = &annotations["checksum/settings"];
        text(checksum).to_owned()
    };
    assert_eq!(checksum("organisation=One"), checksum("organisation=One"));
    assert_ne!(checksum("organisation=One"), checksum("organisation=Two"));
}
