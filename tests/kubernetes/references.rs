//! Names lead somewhere, labels are those of the standard, and no secret stands in the open.

use std::collections::BTreeSet;

use crate::objects::{Objects, list, text};
use crate::programs::{SETS, objects};

/// Secrets that a person makes before an installation; the demo brings its own.
fn given(set: &str) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::from([
        "coffer-gateway",
        "coffer-consent",
        "coffer-mailer",
        "coffer-research-query",
        "coffer-bus",
    ]);
    match set {
        "demo" => names.clear(),
        "production" => names.extend(["coffer-test", "coffer-tls"]),
        _ => {}
    }
    names
}

#[test]
fn what_pods_mount_is_there() {
    for (set, arguments) in SETS {
        let objects = objects(arguments);
        for workload in objects.workloads() {
            let pod = workload.pod();
            if let Some(account) = pod["serviceAccountName"].as_str() {
                assert!(objects.has("ServiceAccount", account), "{set} {}: {account}", workload.name());
            }
            for volume in list(&pod["volumes"]) {
                if let Some(name) = volume["configMap"]["name"].as_str() {
                    assert!(objects.has("ConfigMap", name), "{set} {}: {name}", workload.name());
                }
                if let Some(name) = volume["secret"]["secretName"].as_str() {
                    let known = given(set).contains(name) || objects.has("Secret", name);
                    assert!(known, "{set} {}: {name}", workload.name());
                }
            }
            each_mount_has_its_volume(&workload.name(), pod);
        }
    }
}

fn each_mount_has_its_volume(name: &str, pod: &serde_json::Value) {
    let claimed = ["data"]; // by a StatefulSet's claim
    let volumes: BTreeSet<_> =
        list(&pod["volumes"]).iter().map(|volume| text(&volume["name"])).chain(claimed).collect();
    let containers = list(&pod["containers"]).iter();
    let mounted: BTreeSet<_> = containers
        .flat_map(|container| list(&container["volumeMounts"]))
        .map(|mount| text(&mount["name"]))
        .collect();
    assert!(mounted.is_subset(&volumes), "{name}: {mounted:?} of {volumes:?}");
    assert!(
        volumes.iter().all(|volume| mounted.contains(volume) || claimed.contains(volume)),
        "{name}: {volumes:?}"
    );
}

#[test]
fn each_file_of_the_settings_is_mounted() {
    for (set, arguments) in SETS {
        let objects = objects(arguments);
        for workload in objects.workloads() {
            let Some(settings) = settings_of(&objects, workload.pod()) else { continue };
            let container = list(&workload.pod()["containers"]).first().unwrap();
            let mounts: BTreeSet<_> =
                list(&container["volumeMounts"]).iter().map(|mount| text(&mount["mountPath"])).collect();
            let files =
                settings.lines().filter_map(|line| line.split_once("_file = \"")?.1.strip_suffix('"'));
            let folders: BTreeSet<_> = files.map(|file| file.rsplit_once('/').unwrap().0).collect();
            assert!(folders.is_subset(&mounts), "{set} {}: {folders:?}", workload.name());
            assert!(folders.contains("/run/secrets/coffer"), "{set} {}", workload.name());
        }
    }
}

fn settings_of<'a>(objects: &'a Objects, pod: &serde_json::Value) -> Option<&'a str> {
    let volume = list(&pod["volumes"]).iter().find(|volume| volume["name"] == "settings")?;
    objects.get("ConfigMap", text(&volume["configMap"]["name"]))["data"]["coffer.toml"].as_str()
}

#[test]
fn services_and_scalers_lead_to_pods() {
    for (set, arguments) in SETS {
        let objects = objects(arguments);
        for service in objects.of("Service") {
            let selector = service["spec"]["selector"].as_object().unwrap();
            let selected: Vec<_> = objects
                .workloads()
                .filter(|workload| selector.iter().all(|(key, value)| workload.labels()[key] == *value))
                .collect();
            assert_eq!(selected.len(), 1, "{set}: {}", service["metadata"]["name"]);
            assert!(selector.keys().all(|key| !key.contains("version")), "{set}: {selector:?}");
            for port in list(&service["spec"]["ports"]) {
                let named = |container: &serde_json::Value| {
                    list(&container["ports"]).iter().any(|own| own["name"] == port["targetPort"])
                };
                assert!(selected.iter().any(|workload| workload.containers().any(named)), "{set}: {port}");
            }
        }
        for scaler in objects.of("HorizontalPodAutoscaler").chain(objects.of("ScaledObject")) {
            assert!(objects.has("Deployment", text(&scaler["spec"]["scaleTargetRef"]["name"])), "{set}");
        }
        for ingress in objects.of("Ingress") {
            let backend = &list(&list(&ingress["spec"]["rules"]).first().unwrap()["http"]["paths"])
                .first()
                .unwrap()["backend"];
            assert_eq!(backend["service"]["name"], "coffer-gateway", "{set}: the gateway alone is public");
            assert_eq!(backend["service"]["port"]["name"], "http", "{set}: never the admin port");
            assert!(!list(&ingress["spec"]["tls"]).is_empty(), "{set}: TLS");
        }
    }
}

#[test]
fn labels_and_names_are_those_of_the_standard() {
    for (set, arguments) in SETS {
        for object in objects(arguments).0 {
            let metadata = &object["metadata"];
            assert!(text(&metadata["name"]).len() <= 63, "{set}: {metadata}");
            for label in ["name", "instance", "component", "version", "part-of", "managed-by"] {
                assert!(
                    metadata["labels"][format!("app.kubernetes.io/{label}")].is_string(),
                    "{set}: {metadata}"
                );
            }
        }
    }
}

#[test]
fn only_the_demo_renders_secrets_and_no_settings_hold_one() {
    for (set, arguments) in SETS {
        let objects = objects(arguments);
        assert_eq!(objects.of("Secret").next().is_some(), set == "demo", "{set}");
        for map in objects.of("ConfigMap") {
            let content = map["data"].to_string();
            for sign in ["postgres://", "password = ", "key = ", "credentials = ", "coffer-demo"] {
                assert!(!content.contains(sign), "{set} {}: {sign}", map["metadata"]["name"]);
            }
        }
        for workload in objects.workloads() {
            for variable in workload.containers().flat_map(|container| list(&container["env"])) {
                assert!(
                    variable["valueFrom"]["secretKeyRef"].is_null(),
                    "{set} {}: {variable}",
                    workload.name()
                );
            }
        }
    }
}

#[test]
fn hooks_come_before_installations_and_upgrades() {
    let objects = objects(&[]);
    for service in ["gateway", "consent", "mailer", "research-query"] {
        let name = format!("coffer-{service}-setup");
        let hook = |kind| &objects.get(kind, &name)["metadata"]["annotations"];
        let weight = |kind| text(&hook(kind)["helm.sh/hook-weight"]).parse::<i32>().unwrap();
        for kind in ["ConfigMap", "Job"] {
            assert_eq!(hook(kind)["helm.sh/hook"], "pre-install,pre-upgrade", "{service}");
            assert!(
                text(&hook(kind)["helm.sh/hook-delete-policy"]).starts_with("before-hook-creation"),
                "{service}"
            );
        }
        assert!(weight("ConfigMap") < weight("Job"), "{service}: settings come first");
        let spec = &objects.get("Job", &name)["spec"];
        assert!(spec["backoffLimit"].is_u64() && spec["activeDeadlineSeconds"].is_u64(), "{service}");
        let settings = |name: &str| text(&objects.get("ConfigMap", name)["data"]["coffer.toml"]);
        assert_eq!(settings(&name), settings(&format!("coffer-{service}")), "{service}");
    }
}

/// A Job cannot be changed: applying another one under the same name would fail.
#[test]
fn a_plain_job_that_does_something_else_has_another_name() {
    let names = |set: &str| {
        let objects = objects(&["--values", "ci/production-values.yaml", "--set", set]);
        objects.of("Job").map(|job| text(&job["metadata"]["name"]).to_owned()).collect::<BTreeSet<_>>()
    };
    let first = names("images.tag=0.1.0");
    assert_eq!(first.len(), 4);
    assert_eq!(first, names("images.tag=0.1.0"));
    // The gateway's image is given by digest, but its label has the version.
    assert!(first.is_disjoint(&names("images.tag=0.1.1")));
    assert_eq!(first.intersection(&names("organisation=Another")).count(), 2, "gateway and consent have it");
}
