//! The fonts, inside the binary: one that patients read easily, and one for letters which that lacks.
//! Liberation Sans is under the SIL Open Font License (`fonts/OFL.txt`).

use typst::foundations::Bytes;
use typst::text::{Coverage, Font};

const LIBERATION_SANS: [&[u8]; 2] = [
    include_bytes!("../fonts/LiberationSans-Regular.ttf"),
    include_bytes!("../fonts/LiberationSans-Bold.ttf"),
];

/// All fonts; templates name them.
pub(crate) fn all() -> Vec<Font> {
    LIBERATION_SANS.into_iter().flat_map(parse).chain(fallback()).collect()
}

/// The characters that can be printed: those of the fallback, so that a cluster which the first font cannot
/// show as a whole is whole in the second.
pub(crate) fn printable() -> Option<Coverage> {
    fallback().next().map(|font| font.info().coverage.clone())
}

fn fallback() -> impl Iterator<Item = Font> {
    parse(dejavu::sans::regular())
}

fn parse(data: &'static [u8]) -> impl Iterator<Item = Font> {
    Font::iter(Bytes::new(data))
}
