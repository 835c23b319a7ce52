//! Python, to read files as their users do.

use std::process::Command;

use crate::shared::address;

/// Runs a script, which may import openpyxl and pyarrow, and gives what it prints.
///
/// # Panics
/// When the script fails, with what it says.
pub fn python(script: &str, arguments: &[&str]) -> String {
    let output = Command::new("python3")
        .env("PYTHONPATH", address("COFFER_TEST_PYTHONPATH"))
        .env("PYTHONIOENCODING", "utf-8")
        .args(["-c", script])
        .args(arguments)
        .output()
        .expect("python3 must be installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("Python was told to print UTF-8")
}
