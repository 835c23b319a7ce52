//! How tests find the servers that they share.

use std::path::Path;

/// The address of a shared server: from the environment, else from what `cargo xtask services` wrote.
///
/// # Panics
/// When the servers don't run: a test never skips silently.
pub(crate) fn address(variable: &str) -> String {
    std::env::var(variable).ok().or_else(|| address_in_file(variable)).unwrap_or_else(|| {
        panic!("{variable} is not set: run `cargo xtask test`, or `cargo xtask services` first")
    })
}

fn address_in_file(variable: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3)?;
    let text = std::fs::read_to_string(root.join(".local/test-services.env")).ok()?;
    let prefix = format!("export {variable}=");
    let line = text.lines().find_map(|line| line.strip_prefix(&prefix))?;
    Some(line.to_owned())
}
