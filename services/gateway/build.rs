//! Says what to do when the style sheet and the script of the pages have not been built.

fn main() {
    println!("cargo::rerun-if-changed=assets/dist");
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=../../templates");
    if !std::path::Path::new("assets/dist/coffer.css").exists() {
        println!(
            "cargo::error=The pages' assets are not built. Run `npm ci && npm run build` in services/gateway; \
             `cargo xtask up` and `cargo xtask test` do it for you."
        );
    }
}
