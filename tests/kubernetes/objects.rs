//! The objects of a rendering, and the ways that tests look into them.

use serde_json::Value;

/// Kinds whose pods run something.
const WORKLOADS: [&str; 4] = ["Deployment", "StatefulSet", "Job", "Pod"];

/// All objects of a rendering.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Objects(pub(crate) Vec<Value>);

impl Objects {
    /// Those of a kind.
    pub(crate) fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |object| object["kind"] == kind)
    }

    /// Whether there is one of this kind and name.
    pub(crate) fn has(&self, kind: &str, name: &str) -> bool {
        self.of(kind).any(|object| object["metadata"]["name"] == name)
    }

    /// The one of this kind and name.
    pub(crate) fn get(&self, kind: &str, name: &str) -> &Value {
        let found = self.of(kind).find(|object| object["metadata"]["name"] == name);
        found.unwrap_or_else(|| panic!("there is no {kind} {name}"))
    }

    /// What runs something.
    pub(crate) fn workloads(&self) -> impl Iterator<Item = Workload<'_>> {
        self.0.iter().filter(|object| WORKLOADS.iter().any(|kind| object["kind"] == *kind)).map(Workload)
    }
}

/// An object with a pod.
#[derive(Clone, Copy)]
pub(crate) struct Workload<'a>(pub(crate) &'a Value);

impl<'a> Workload<'a> {
    /// Its kind and name, for sentences of tests.
    pub(crate) fn name(self) -> String {
        format!("{} {}", text(&self.0["kind"]), text(&self.0["metadata"]["name"]))
    }

    /// Whether it runs until it is told to stop.
    pub(crate) fn is_lasting(self) -> bool {
        self.0["kind"] == "Deployment" || self.0["kind"] == "StatefulSet"
    }

    /// The pod's labels.
    pub(crate) fn labels(self) -> &'a Value {
        if self.0["kind"] == "Pod" {
            &self.0["metadata"]["labels"]
        } else {
            &self.0["spec"]["template"]["metadata"]["labels"]
        }
    }

    /// The pod's specification.
    pub(crate) fn pod(self) -> &'a Value {
        if self.0["kind"] == "Pod" { &self.0["spec"] } else { &self.0["spec"]["template"]["spec"] }
    }

    /// All its containers.
    pub(crate) fn containers(self) -> impl Iterator<Item = &'a Value> {
        list(&self.pod()["initContainers"]).iter().chain(list(&self.pod()["containers"]))
    }
}

/// The items of a list; none where there is no list.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A text.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}
