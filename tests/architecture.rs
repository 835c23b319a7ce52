//! The layer rules and house rules of the repository, checked from cargo's own metadata and the sources.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, DependencyKind, Metadata, MetadataCommand, Package};
use regex::Regex;
use walkdir::WalkDir;

/// What a pure crate or module must not know.
const IMPURE: [&str; 4] = ["tokio", "sqlx", "axum", "async-nats"];
const LONGEST_FILE: usize = 500;
const LONGEST_MAIN: usize = 30;
/// Folders with files that we did not write.
const NOT_OURS: [&str; 5] = ["target", "node_modules", "generated", ".local", ".git"];

/// Each may depend on those before it, and (except services) on its own kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Types,
    Proto,
    Shared,
    Service,
    /// Tests and xtask: they see everything, and nothing sees them.
    Tool,
}

impl Layer {
    fn of(package: &Package, root: &Path) -> Self {
        let folder = package.manifest_path.as_std_path().parent().unwrap().strip_prefix(root).unwrap();
        match folder.to_str().unwrap() {
            "services/shared/types" => Self::Types,
            "proto" => Self::Proto,
            folder if folder.starts_with("services/shared/") => Self::Shared,
            folder if folder.starts_with("services/") => Self::Service,
            _ => Self::Tool,
        }
    }

    fn may_depend_on(self, other: Self) -> bool {
        match self {
            Self::Shared => other <= self,
            _ => other < self,
        }
    }
}

fn metadata() -> Metadata {
    MetadataCommand::new().no_deps().other_options(["--offline".to_owned()]).exec().unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn assert_none(violations: &[String], rule: &str) {
    assert!(violations.is_empty(), "{rule}:\n  {}", violations.join("\n  "));
}

/// All our Rust files with their text, by path from the root.
fn sources() -> Vec<(String, String)> {
    let root = root();
    WalkDir::new(&root)
        .into_iter()
        .filter_entry(|entry| !NOT_OURS.iter().any(|name| entry.file_name() == *name))
        .map(Result::unwrap)
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"))
        .map(|entry| {
            let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            (path, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

fn file_violations(is_wrong: impl Fn(&str, &str) -> bool) -> Vec<String> {
    sources().into_iter().filter(|(path, text)| is_wrong(path, text)).map(|(path, _)| path).collect()
}

/// `crate -> dependency` for each dependency between our crates that `is_wrong`.
fn arrows(is_wrong: impl Fn(&Package, &Package, &Dependency) -> bool) -> Vec<String> {
    let metadata = metadata();
    let packages = metadata.workspace_packages();
    let mut found = Vec::new();
    for package in &packages {
        for dependency in &package.dependencies {
            let target = packages.iter().find(|other| *other.name == *dependency.name);
            if target.is_some_and(|target| is_wrong(package, target, dependency)) {
                found.push(format!("{} -> {}", package.name, dependency.name));
            }
        }
    }
    found
}

#[test]
fn dependencies_point_from_services_to_shared_to_proto_to_types() {
    let root = root();
    assert!(!arrows(|_, _, _| true).is_empty(), "cargo's metadata shows no dependency at all");
    let wrong = arrows(|from, to, dependency| {
        dependency.kind == DependencyKind::Normal
            && !Layer::of(from, &root).may_depend_on(Layer::of(to, &root))
    });
    assert_none(&wrong, "services -> shared -> proto -> types");
}

#[test]
fn services_never_depend_on_each_other_even_in_tests() {
    let root = root();
    let wrong = arrows(|from, to, _| {
        Layer::of(from, &root) == Layer::Service && Layer::of(to, &root) == Layer::Service
    });
    assert_none(&wrong, "services share contracts, never code of each other");
}

#[test]
fn only_consent_typesets_letters() {
    let root = root();
    let wrong = arrows(|from, to, _| {
        let may = *from.name == "coffer-consent" || Layer::of(from, &root) == Layer::Tool;
        *to.name == "coffer-letters" && !may
    });
    assert_none(&wrong, "only consent depends on letters");
}

#[test]
fn only_research_query_touches_research_databases_and_results() {
    const OWN: [&str; 3] = ["coffer-query-gate", "coffer-research-databases", "coffer-results"];
    let root = root();
    let wrong = arrows(|from, to, _| {
        let from_name = from.name.as_str();
        let may = from_name == "coffer-research-query" || OWN.contains(&from_name);
        OWN.contains(&to.name.as_str()) && !may && Layer::of(from, &root) != Layer::Tool
    });
    assert_none(&wrong, "the gateway shows results, and never opens them");
}

#[test]
fn the_gate_does_no_input_or_output() {
    let wrong: Vec<String> = metadata()
        .workspace_packages()
        .iter()
        .filter(|package| *package.name == "coffer-query-gate")
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .filter(|dependency| IMPURE.contains(&dependency.name.as_str()))
        .map(|dependency| dependency.name.clone())
        .collect();
    assert_none(&wrong, "the gate is a pure function of text");
}

#[test]
fn helpers_of_tests_stay_out_of_services() {
    let root = root();
    let wrong = arrows(|from, to, dependency| {
        *to.name == "coffer-testkit"
            && dependency.kind != DependencyKind::Development
            && Layer::of(from, &root) != Layer::Tool
    });
    assert_none(&wrong, "testkit is a dev-dependency");
}

#[test]
fn types_and_contracts_do_no_input_or_output() {
    let root = root();
    let wrong: Vec<String> = metadata()
        .workspace_packages()
        .iter()
        .filter(|package| Layer::of(package, &root) <= Layer::Proto)
        .flat_map(|package| package.dependencies.iter().map(move |dependency| (package, dependency)))
        .filter(|(_, dependency)| dependency.kind == DependencyKind::Normal && !dependency.optional)
        .filter(|(_, dependency)| IMPURE.contains(&dependency.name.as_str()))
        .map(|(package, dependency)| format!("{} -> {}", package.name, dependency.name))
        .collect();
    assert_none(&wrong, "types and proto know no tokio, sqlx, axum, async-nats");
}

#[test]
fn domains_do_no_input_or_output() {
    let impure = Regex::new(&format!(r"\b({})\b", IMPURE.join("|").replace('-', "_"))).unwrap();
    let wrong = file_violations(|path, text| {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        path.contains("/src/domain/") && code.into_iter().any(|line| impure.is_match(line))
    });
    assert_none(&wrong, "domain/ is pure: no tokio, sqlx, axum, async_nats");
}

#[test]
fn every_file_says_what_it_is_for() {
    let wrong = file_violations(|_, text| !text.starts_with("//!"));
    assert_none(&wrong, "each file starts with //!");
}

#[test]
fn files_stay_short() {
    let wrong = file_violations(|_, text| text.lines().count() > LONGEST_FILE);
    assert_none(&wrong, "no file over 500 lines");
}

#[test]
fn main_of_a_service_only_starts_it() {
    let wrong = file_violations(|path, text| {
        path.starts_with("services/") && path.ends_with("/src/main.rs") && text.lines().count() > LONGEST_MAIN
    });
    assert_none(&wrong, "main.rs of a service has 30 lines at most");
}

#[test]
fn every_crate_takes_lints_and_versions_from_the_workspace() {
    let mut wrong = Vec::new();
    for package in metadata().workspace_packages() {
        let manifest = fs::read_to_string(&package.manifest_path).unwrap();
        if !manifest.contains("[lints]\nworkspace = true") {
            wrong.push(format!("{}: [lints] workspace = true is missing", package.name));
        }
        let own = dependency_lines(&manifest, |section| section.ends_with("dependencies"))
            .filter(|line| !line.contains("workspace = true"))
            .map(|line| format!("{}: {line}", package.name));
        wrong.extend(own);
    }
    assert_none(&wrong, "one place for lints and versions");
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let wrong: Vec<String> = dependency_lines(&manifest, |section| section == "workspace.dependencies")
        .filter(|line| !line.starts_with("coffer-") && !line.contains(" # "))
        .map(str::to_owned)
        .collect();
    assert_none(&wrong, "each dependency says in a comment what it is for");
}

/// The `name = ...` lines of the sections of a manifest that `wanted` picks.
fn dependency_lines(manifest: &str, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
    let mut inside = false;
    manifest.lines().filter(move |line| {
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            inside = wanted(section);
            return false;
        }
        inside && line.contains('=') && !line.starts_with('#')
    })
}
