//! Packs: parts in their order, each on a right-hand page; damaged uploads refused.

use coffer_letters::{AgeBand, LetterError, join};
use lopdf::{Document, Object, dictionary};

use crate::extract::text;
use crate::samples::*;
use crate::set;

/// An uploaded PDF with so many pages, whose size stands in the page tree, as many programs write it.
fn upload(pages: usize) -> Vec<u8> {
    let mut document = Document::with_version("1.4");
    let tree = document.new_object_id();
    let page =
        |document: &mut Document| document.add_object(dictionary! { "Type" => "Page", "Parent" => tree });
    let kids: Vec<Object> = (0..pages).map(|_| page(&mut document).into()).collect();
    let size = vec![0.into(), 0.into(), 595.into(), 842.into()];
    let count = i64::try_from(pages).unwrap();
    document.objects.insert(
        tree,
        dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count, "MediaBox" => size }.into(),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn each_part_starts_on_a_right_hand_page() {
    let letter = set("pack_letter", &adults_letter()).bytes;
    let form = set("pack_form", &decision_form(AgeBand::SixteenOrOver)).bytes;
    let pack = join(&[&letter, &upload(3), &form, &upload(1)]).unwrap();
    std::fs::write(format!("{}/pack.pdf", env!("CARGO_TARGET_TMPDIR")), &pack.bytes).unwrap();

    let document = Document::load_mem(&pack.bytes).unwrap();
    assert_eq!(document.get_pages().len(), 2 + 3 + 1 + 1 + 1 + 1);
    let words = text(&pack.bytes);
    let pages: Vec<&str> = words.split("--- page ---").collect();
    assert!(pages[0].contains("A research study"));
    assert!(pages[6].contains("Your decision about a study"));
    for page in [2, 3, 4, 5, 7, 8] {
        assert!(pages[page].trim().is_empty(), "{page}");
    }
    assert_eq!(pack, join(&[&letter, &upload(3), &form, &upload(1)]).unwrap(), "made the same each time");
}

#[test]
fn what_is_no_pdf_is_refused_by_its_number() {
    let sound = upload(1);
    let cut = &sound[..sound.len() / 2];
    for broken in [b"".as_slice(), b"GIF89a", b"%PDF-1.7\n%%EOF", cut, &upload(0)] {
        let refused = join(&[&sound, broken]);
        assert!(matches!(refused, Err(LetterError::Part { number: 2, .. })), "{refused:?}");
    }
    assert!(matches!(join(&[]), Err(LetterError::NoParts)));
}

#[test]
fn a_page_tree_that_turns_in_circles_ends() {
    let mut document = Document::load_mem(&upload(1)).unwrap();
    let tree = document.catalog().unwrap().get(b"Pages").and_then(Object::as_reference).unwrap();
    let node = document.get_dictionary_mut(tree).unwrap();
    node.remove(b"MediaBox");
    node.set("Parent", tree);
    node.set("Kids", vec![tree.into()]);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    assert!(matches!(join(&[&bytes]), Err(LetterError::Part { number: 1, .. })));
}

#[test]
fn what_runs_or_leads_out_of_an_upload_is_left_behind() {
    let mut document = Document::load_mem(&upload(1)).unwrap();
    let page = document.page_iter().next().unwrap();
    let script = dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
    let script = document.add_object(script);
    document.get_dictionary_mut(page).unwrap().set("AA", dictionary! { "O" => script });
    document.catalog_mut().unwrap().set("OpenAction", script);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    let pack = join(&[&bytes]).unwrap();
    assert!(!String::from_utf8_lossy(&pack.bytes).contains("alert"));
}
