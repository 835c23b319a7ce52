//! What letters are as files: the same each time, tagged, and fit for screen readers.

use coffer_letters::{Basis, House, LetterError, Typesetter};
use lopdf::{Document, Object};

use crate::samples::*;
use crate::{TYPESETTER, set};

#[test]
fn the_same_letter_gives_the_same_bytes() {
    let again = Typesetter::new(House::default()).unwrap().set(&adults_letter()).unwrap();
    let first = TYPESETTER.set(&adults_letter()).unwrap();
    assert_eq!(first, again);
    assert_eq!(first.sha256.len(), 64);
    assert_ne!(first, TYPESETTER.set(&childs_letter()).unwrap());
}

/// The compiler's caches are one for the process: letters set side by side must not see each other.
#[test]
fn letters_set_at_the_same_time_do_not_mix() {
    let expected = [&adults_letter(), &childs_letter()].map(|letter| TYPESETTER.set(letter).unwrap());
    std::thread::scope(|scope| {
        for round in 0..8 {
            let expected = &expected;
            scope.spawn(move || {
                let (letter, index) =
                    if round % 2 == 0 { (adults_letter(), 0) } else { (childs_letter(), 1) };
                assert_eq!(TYPESETTER.set(&letter).unwrap(), expected[index]);
            });
        }
    });
}

#[test]
fn a_letter_is_tagged_and_says_so() {
    let document = Document::load_mem(&set("tagged", &approval(Basis::GeneralConsent)).bytes).unwrap();
    let catalog = document.catalog().unwrap();
    assert!(catalog.has(b"StructTreeRoot"));
    assert_eq!(catalog.get(b"Lang").and_then(Object::as_str).unwrap(), b"en-GB");
    let metadata = catalog.get(b"Metadata").and_then(Object::as_reference).unwrap();
    let metadata = document.get_object(metadata).and_then(Object::as_stream).unwrap();
    let metadata = String::from_utf8(metadata.content.clone()).unwrap();
    assert!(metadata.contains("<pdfuaid:part>1</pdfuaid:part>"), "{metadata}");
    assert!(metadata.contains("Approval to contact a patient: request 00a1b2c3d4e5"));
    assert!(metadata.contains("2026-11-24T00:00:00"), "the only date is the letter's: {metadata}");
    assert!(!metadata.contains("Byron"), "a patient's name must not stand in a list of files");
}

#[test]
fn a_logo_is_an_image_with_words() {
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10" fill="#005eb8"/></svg>"##;
    let house = House { logo: svg.to_owned(), ethics: None, ..House::default() };
    let plain = TYPESETTER.set(&withdrawal()).unwrap();
    let with_logo = Typesetter::new(house).unwrap().set(&withdrawal()).unwrap();
    assert_ne!(plain.bytes, with_logo.bytes);
    let house = House { logo: "/etc/logo.png".to_owned(), ..House::default() };
    assert!(matches!(Typesetter::new(house), Err(LetterError::Logo)));
}
