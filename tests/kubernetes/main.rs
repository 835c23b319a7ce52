//! The Helm chart and the plain manifests, as far as they can be proven without a cluster: each set of values renders,
//! every object fits the schemas of Kubernetes, and the house's policies hold over what was rendered.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod edges;
mod objects;
mod overlays;
mod pods;
mod programs;
mod references;
mod schemas;
mod settings;
mod values;
