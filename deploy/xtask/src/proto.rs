//! Generates the Rust of the contracts: `proto/coffer/**.proto` to `proto/src/generated/`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::paths::root;

/// Writes the generated code beside the contracts; drift fails `cargo xtask test`.
pub(crate) fn generate() -> Result<()> {
    generate_into(&root().join("proto/src/generated"))
}

/// Fails if the committed code is not what the contracts give.
pub(crate) fn check() -> Result<()> {
    let fresh = tempfile::tempdir().context("making a folder")?;
    generate_into(fresh.path())?;
    if files(fresh.path())? != files(&root().join("proto/src/generated"))? {
        bail!("proto/src/generated is not what the contracts say: run `cargo xtask gen`");
    }
    Ok(())
}

/// Name and content of each file.
fn files(folder: &Path) -> Result<BTreeMap<OsString, Vec<u8>>> {
    fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name(), fs::read(entry.path())?))
        })
        .collect()
}

/// Generates into `out`, which is emptied first so that no stale file can hide.
fn generate_into(out: &Path) -> Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    let include = root().join("proto");
    let descriptors = protox::compile(contracts(&include)?, [&include])?;
    prost_build::Config::new()
        .out_dir(out)
        .include_file("mod.rs")
        .btree_map(["."]) // maps in a stable order, so that bytes and snapshots are too
        .compile_fds(descriptors)
        .context("generating Rust from the contracts")
}

fn contracts(include: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(include.join("coffer")).sort_by_file_name() {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    Ok(files)
}
