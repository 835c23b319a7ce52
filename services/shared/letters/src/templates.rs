//! The templates, inside the binary.

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../../templates/letters"]
struct Templates;

/// File name and source of each template.
pub(crate) fn sources() -> Vec<(String, String)> {
    let source =
        |name: &str| Templates::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned());
    Templates::iter().filter_map(|name| source(&name).map(|text| (name.into_owned(), text))).collect()
}
