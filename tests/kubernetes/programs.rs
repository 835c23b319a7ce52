//! Helm, kubectl and the reader of YAML; `cargo xtask` fetches them and says where they are.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::objects::Objects;

/// Each set of values that must render, with what is put behind `helm template`.
pub(crate) const SETS: [(&str, &[&str]); 3] = [
    ("default", &[]),
    ("demo", &["--values", "values-demo.yaml"]),
    ("production", &["--values", "ci/production-values.yaml"]),
];

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Runs `helm <arguments>` in the chart's folder; the release is called as in `k8s/`.
pub(crate) fn helm(arguments: &[&str]) -> Output {
    helm_of("COFFER_TEST_HELM", arguments)
}

/// The same by the program that a variable names.
pub(crate) fn helm_of(variable: &str, arguments: &[&str]) -> Output {
    let mut helm = Command::new(program(variable));
    helm.current_dir(root().join("deploy/helm/coffer")).args(arguments).output().unwrap()
}

/// What the chart renders for these arguments.
pub(crate) fn rendered(arguments: &[&str]) -> String {
    let monitoring = ["--api-versions", "monitoring.coreos.com/v1"];
    let output =
        helm(&[&["template", "coffer", ".", "--namespace", "coffer"][..], &monitoring, arguments].concat());
    text(output)
}

/// The objects that the chart renders for these arguments.
pub(crate) fn objects(arguments: &[&str]) -> Objects {
    read(&rendered(arguments), &[]).0
}

/// What `kubectl kustomize` makes of a folder.
pub(crate) fn kustomized(folder: &str) -> Objects {
    let mut kubectl = Command::new(program("COFFER_TEST_KUBECTL"));
    let output = kubectl.current_dir(root()).args(["kustomize", folder]).output().unwrap();
    read(&text(output), &[]).0
}

/// The objects in YAML, and what does not fit the schemas of these versions of Kubernetes.
pub(crate) fn read(yaml: &str, versions: &[&str]) -> (Objects, Vec<String>) {
    let mut python = Command::new("python3")
        .arg(root().join("tests/kubernetes/read.py"))
        .args(versions)
        .env("PYTHONPATH", program("COFFER_TEST_PYTHONPATH"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(yaml.as_bytes()).unwrap();
    let mut answer: Value = serde_json::from_str(&text(python.wait_with_output().unwrap())).unwrap();
    let problems = serde_json::from_value(answer["problems"].take()).unwrap();
    (Objects(serde_json::from_value(answer["objects"].take()).unwrap()), problems)
}

fn text(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn program(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run the tests by `cargo xtask test`"))
}
