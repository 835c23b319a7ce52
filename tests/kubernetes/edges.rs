//! The NetworkPolicies permit the edges of the architecture and no other.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::objects::{Objects, list, text};
use crate::programs::objects;

/// `from -> to:port` for each edge that the policies of the parts permit. Peers outside are named by their first label.
fn edges(objects: &Objects) -> BTreeSet<String> {
    let mut edges = BTreeSet::new();
    for policy in objects.of("NetworkPolicy") {
        let name = text(&policy["metadata"]["name"]).trim_start_matches("coffer-");
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
            for rule in list(&policy["spec"][direction]) {
                for (peer, port) in peers_of(&rule[peers]).iter().flat_map(|peer| {
                    list(&rule["ports"])
                        .iter()
                        .map(move |port| (peer, format!("{}/{}", port["port"], text(&port["protocol"]))))
                }) {
                    edges.insert(match direction {
                        "ingress" => format!("{name}:{port} <- {peer}"),
                        _ => format!("{name} -> {peer}:{port}"),
                    });
                }
            }
        }
    }
    edges
}

fn peers_of(peers: &Value) -> Vec<String> {
    if list(peers).is_empty() {
        return vec!["anywhere".to_owned()];
    }
    list(peers)
        .iter()
        .map(|peer| {
            let own = &peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"];
            let namespace = &peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"];
            let range = &peer["ipBlock"]["cidr"];
            [own, namespace, range].into_iter().find_map(Value::as_str).unwrap().to_owned()
        })
        .collect()
}

fn set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn everything_else_is_denied() {
    for arguments in [&[][..], &["--values", "values-demo.yaml"]] {
        let objects = objects(arguments);
        let deny = objects.get("NetworkPolicy", "coffer-default-deny");
        assert_eq!(deny["spec"]["policyTypes"], serde_json::json!(["Ingress", "Egress"]));
        assert!(deny["spec"]["ingress"].is_null() && deny["spec"]["egress"].is_null());
        let selector = deny["spec"]["podSelector"]["matchLabels"].as_object().unwrap();
        for workload in objects.workloads() {
            let selected = selector.iter().all(|(key, value)| workload.labels()[key] == *value);
            assert!(selected, "{} is not covered", workload.name());
        }
    }
}

#[test]
fn production_permits_the_edges_that_its_values_configure() {
    let edges = edges(&objects(&["--values", "ci/production-values.yaml"]));
    let mut wanted = BTreeSet::new();
    for service in ["gateway", "consent", "mailer", "research-query"] {
        wanted.insert(format!("{service}:9100/TCP <- monitoring"));
        for to in [
            "kube-system:53/UDP",
            "kube-system:53/TCP",
            "10.20.0.0/16:4222/TCP",
            "monitoring:4317/TCP",
            "10.20.0.0/16:5432/TCP",
        ] {
            wanted.insert(format!("{service} -> {to}"));
        }
    }
    wanted.extend(set(&[
        "gateway:8080/TCP <- ingress-nginx",
        "gateway:8080/TCP <- test",
        "consent -> 10.20.0.0/16:5433/TCP",
        "mailer -> 10.20.0.0/16:587/TCP",
        "research-query -> 10.20.0.0/16:3306/TCP",
        "test -> kube-system:53/UDP",
        "test -> kube-system:53/TCP",
        "test -> gateway:8080/TCP",
    ]));
    assert_eq!(edges, wanted);
}

#[test]
fn the_demo_permits_its_own_parts_only() {
    let edges = edges(&objects(&["--values", "values-demo.yaml"]));
    let outward: BTreeSet<_> =
        edges.iter().filter(|edge| edge.contains("->") && !edge.contains(":53/")).cloned().collect();
    assert_eq!(
        outward,
        set(&[
            "gateway -> nats:4222/TCP",
            "gateway -> postgresql:5432/TCP",
            "consent -> nats:4222/TCP",
            "consent -> postgresql:5432/TCP",
            "mailer -> nats:4222/TCP",
            "mailer -> postgresql:5432/TCP",
            "mailer -> mailpit:1025/TCP",
            "research-query -> nats:4222/TCP",
            "research-query -> postgresql:5432/TCP",
            "test -> gateway:8080/TCP",
        ])
    );
    assert!(edges.contains("mailpit:1025/TCP <- mailer"));
    for service in ["gateway", "consent", "mailer", "research-query", "consent-setup", "gateway-seed"] {
        assert!(edges.contains(&format!("nats:4222/TCP <- {service}")), "{service}");
        assert!(edges.contains(&format!("postgresql:5432/TCP <- {service}")), "{service}");
    }
    assert!(!edges.iter().any(|edge| edge.contains("anywhere")), "{edges:?}");
}
