//! Each set of values renders with both Helms, without warnings, and fits the schemas of Kubernetes.

use crate::programs::{SETS, helm, helm_of, read, rendered};

/// The oldest version that the chart supports, and the newest three.
const VERSIONS: [&str; 4] = ["1.30", "1.35", "1.36", "1.37"];
/// Kinds that others define: no schema of Kubernetes covers them.
const FOREIGN: [&str; 3] = [
    "keda.sh/v1alpha1 ScaledObject",
    "monitoring.coreos.com/v1 PrometheusRule",
    "monitoring.coreos.com/v1 ServiceMonitor",
];

#[test]
fn each_set_fits_the_schemas_strictly() {
    for (set, arguments) in SETS {
        let (objects, mut problems) = read(&rendered(arguments), &VERSIONS);
        problems.retain(|problem| {
            !FOREIGN.iter().any(|kind| problem.ends_with(&format!("no schema for {kind}")))
        });
        assert!(problems.is_empty(), "{set}: {problems:#?}");
        assert!(objects.0.len() > 20, "{set} renders {} objects", objects.0.len());
    }
}

#[test]
fn what_does_not_fit_is_seen() {
    let broken = rendered(&[]).replace("maxUnavailable: 0", "maxUnavailabel: 0");
    let (_, problems) = read(&broken, &["1.37"]);
    assert!(problems.iter().any(|problem| problem.contains("maxUnavailabel")), "{problems:?}");
}

#[test]
fn the_chart_passes_helms_own_checks() {
    for (set, arguments) in SETS {
        let output = helm(&[&["lint", ".", "--strict"][..], arguments].concat());
        assert!(output.status.success(), "{set}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn helm_3_and_the_oldest_version_render_the_same() {
    for (set, arguments) in SETS {
        let render = |helm, version| {
            let fixed = [
                "template",
                "coffer",
                ".",
                "--api-versions",
                "monitoring.coreos.com/v1",
                "--kube-version",
                version,
            ];
            let output = helm_of(helm, &[&fixed[..], arguments].concat());
            assert!(output.status.success(), "{set}: {}", String::from_utf8_lossy(&output.stderr));
            read(&String::from_utf8(output.stdout).unwrap(), &[]).0
        };
        let newest = render("COFFER_TEST_HELM", "1.37");
        assert_eq!(render("COFFER_TEST_HELM_3", "1.30"), newest, "{set}");
    }
}

#[test]
fn a_cluster_that_is_too_old_is_refused() {
    let output = helm(&["template", "coffer", ".", "--kube-version", "1.29"]);
    let sentence = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && sentence.contains(">=1.30.0"), "{sentence}");
}
