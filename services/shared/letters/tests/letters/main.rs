//! Every letter as its reader gets it: its words, its form, and what it does with hostile data.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod extract;
mod form;
mod hostile;
mod packs;
mod samples;
mod words;

use std::sync::LazyLock;

use coffer_letters::{House, Letter, Pdf, Typesetter};

static TYPESETTER: LazyLock<Typesetter> = LazyLock::new(|| Typesetter::new(House::default()).unwrap());

/// Sets a letter, and leaves it beside the tests' other files for whoever wants to look at it.
fn set<L: Letter>(name: &str, letter: &L) -> Pdf {
    let pdf = TYPESETTER.set(letter).unwrap();
    let path = format!("{}/{name}.pdf", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(path, &pdf.bytes).unwrap();
    pdf
}
