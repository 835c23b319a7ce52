//! Python packages with which tests read exported files and check manifests, kept under `.local/tools`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::paths::local;
use crate::shell::capture;

/// Where coffer-testkit finds them.
pub(crate) const VARIABLE: &str = "COFFER_TEST_PYTHONPATH";

/// All that is needed, by name and version: nothing else is fetched.
const PACKAGES: [(&str, &str); 13] = [
    ("openpyxl", "3.1.5"),
    ("et_xmlfile", "2.0.0"),
    ("pyarrow", "26.0.1"),
    ("kubernetes_validate", "1.37.0"),
    ("pyyaml", "6.0.4"),
    ("jsonschema", "4.26.0"),
    ("jsonschema_specifications", "2025.9.1"),
    ("referencing", "0.37.0"),
    ("rpds_py", "2026.9.1"),
    ("attrs", "26.1.0"),
    ("packaging", "26.3"),
    ("importlib_resources", "7.1.0"),
    ("typing_extensions", "4.16.0"),
];

/// The folder with the packages; fetched by pip when they are not there yet.
pub(crate) fn path() -> anyhow::Result<PathBuf> {
    let target = local("tools").join("python");
    let is_there = |(name, version)| target.join(format!("{name}-{version}.dist-info")).is_dir();
    if PACKAGES.into_iter().all(is_there) {
        return Ok(target);
    }
    println!("fetching Python packages");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--disable-pip-version-check"])
        .arg("--target")
        .arg(&target)
        .args(PACKAGES.map(|(name, version)| format!("{name}=={version}")));
    capture(&mut pip).context("tests read exported files with Python, which takes python3 with pip")?;
    Ok(target)
}
