//! `cargo xtask`: local stack, tests, lints and generators.

mod proto;

fn main() -> anyhow::Result<()> {
    proto::generate()
}
