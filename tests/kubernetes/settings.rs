//! The services take the settings that the chart writes for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::objects::{Objects, text};
use crate::programs::objects;

const KEY: &str = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";

#[test]
fn each_service_takes_its_settings() {
    for values in ["values-demo.yaml", "ci/production-values.yaml"] {
        let objects = objects(&["--values", values]);
        for service in ["gateway", "consent", "mailer", "research-query"] {
            let folder = tempfile::tempdir().unwrap();
            let settings = settings(&objects, service, folder.path());
            let output = Command::new(binary(service))
                .arg("--check-config")
                .arg("--config")
                .arg(&settings)
                .output()
                .unwrap();
            let sentence = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{values} {service}: {sentence}");
        }
    }
}

/// The settings of a service, with its secrets below a folder.
fn settings(objects: &Objects, service: &str, folder: &Path) -> PathBuf {
    let rendered = text(&objects.get("ConfigMap", &format!("coffer-{service}"))["data"]["coffer.toml"]);
    for file in rendered.lines().filter_map(|line| line.split_once("_file = \"")?.1.strip_suffix('"')) {
        let secret = folder.join(file.trim_start_matches('/'));
        fs::create_dir_all(secret.parent().unwrap()).unwrap();
        let content = if file.ends_with("-url") { "postgres://user:password@database/name" } else { KEY };
        fs::write(secret, content).unwrap();
    }
    let path = folder.join("coffer.toml");
    fs::write(&path, rendered.replace("\"/run/secrets", &format!("\"{}/run/secrets", folder.display())))
        .unwrap();
    path
}

/// A service's program, which `cargo xtask test` builds beside the tests.
fn binary(service: &str) -> PathBuf {
    let binary =
        std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join(format!("coffer-{service}"));
    assert!(binary.is_file(), "{} is not built: run `cargo xtask test`", binary.display());
    binary
}
