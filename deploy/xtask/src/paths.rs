//! Where things are: the clone's root and what lies under its `.local/`.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// The clone's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// `.local/<name>`: everything that a run leaves behind.
pub(crate) fn local(name: &str) -> PathBuf {
    root().join(".local").join(name)
}

/// `.local/<name>` as a folder that exists.
pub(crate) fn local_folder(name: &str) -> anyhow::Result<PathBuf> {
    let folder = local(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("creating the folder {}", folder.display()))?;
    Ok(folder)
}

/// Deletes `.local/<name>` with all that it holds, if it is there.
pub(crate) fn remove_folder(name: &str) -> anyhow::Result<()> {
    let folder = local(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("deleting {}", folder.display()))?;
    }
    Ok(())
}
