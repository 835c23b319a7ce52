//! `k8s/` is what the chart renders, and its overlays add what they say.

use std::collections::BTreeSet;
use std::fs;

use crate::objects::{Objects, list, text};
use crate::programs::{helm, kustomized, read, root};

/// The committed rendering, which must be what the chart gives.
fn base(name: &str, values: &[&str]) -> Objects {
    let fixed =
        ["template", "coffer", ".", "--namespace", "coffer", "--kube-version", "1.30", "--skip-tests"];
    let output = helm(&[&fixed[..], values].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let committed = fs::read_to_string(root().join(format!("k8s/base/{name}/coffer.yaml"))).unwrap();
    let same = committed.as_bytes() == output.stdout;
    assert!(same, "k8s/base/{name} is not what the chart gives: run `cargo xtask gen`");
    read(&committed, &[]).0
}

fn demo() -> Objects {
    base("demo", &["--values", "values-demo.yaml", "--values", "../../../k8s/base/demo/values.yaml"])
}

fn production() -> Objects {
    base("production", &["--values", "../../../k8s/base/production/values.yaml"])
}

fn names(objects: &Objects) -> BTreeSet<(&str, &str)> {
    objects.0.iter().map(|object| (text(&object["kind"]), text(&object["metadata"]["name"]))).collect()
}

#[test]
fn the_demo_is_the_rendering_in_a_restricted_namespace() {
    let (base, overlay) = (demo(), kustomized("k8s/overlays/demo"));
    let namespace = overlay.get("Namespace", "coffer");
    assert_eq!(namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
    assert_eq!(overlay.0.len(), base.0.len() + 1);
    for object in &base.0 {
        assert!(overlay.0.contains(object), "{} {}", object["kind"], object["metadata"]["name"]);
    }
}

#[test]
fn production_is_the_rendering_with_the_settings_of_its_site() {
    let (base, overlay) = (production(), kustomized("k8s/overlays/production"));
    let added: BTreeSet<_> = names(&overlay).difference(&names(&base)).copied().collect();
    assert!(names(&base).is_subset(&names(&overlay)));
    let sites = ["coffer-gateway-site-", "coffer-consent-site-", "coffer-mailer-site-"];
    for (kind, name) in &added {
        let of_site = *kind == "ConfigMap" && sites.iter().any(|site| name.starts_with(site));
        assert!(of_site || (*kind, *name) == ("Namespace", "coffer"), "{kind} {name}");
    }
    assert_eq!(added.len(), sites.len() + 1);
    for workload in overlay.workloads() {
        let container = list(&workload.pod()["containers"]).first().unwrap();
        let wanted = usize::from(!workload.name().contains("research-query"));
        assert_eq!(list(&container["envFrom"]).len(), wanted, "{}", workload.name());
    }
    assert!(overlay.of("Secret").next().is_none());
}

#[test]
fn the_overlays_fit_the_schemas() {
    for folder in ["k8s/overlays/demo", "k8s/overlays/production"] {
        let documents: Vec<_> =
            kustomized(folder).0.iter().map(|object| format!("---\n{object}\n")).collect();
        let (_, problems) = read(&documents.concat(), &["1.30", "1.37"]);
        assert!(problems.is_empty(), "{folder}: {problems:#?}");
    }
}
