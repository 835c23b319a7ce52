//! Joins PDFs into one pack. Uploaded files are not trusted to be sound.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

use crate::error::{LetterError, PartProblem};
use crate::pdf::Pdf;

/// What a page may have from the nodes above it.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];
/// Deeper page trees, and longer chains of them, are taken for damaged.
const DEEPEST: usize = 64;

/// Joins PDFs in their order. Each begins on a right-hand page: a blank page is put in where needed.
pub fn join(parts: &[&[u8]]) -> Result<Pdf, LetterError> {
    let mut pack = Pack::default();
    for (index, part) in parts.iter().enumerate() {
        let number = index + 1;
        pack.add(part).map_err(|problem| LetterError::Part { number, problem })?;
    }
    pack.finish()
}

/// The objects so far, and the pages in their order.
#[derive(Default)]
struct Pack {
    objects: BTreeMap<ObjectId, Object>,
    pages: Vec<(ObjectId, Dictionary)>,
    highest: u32,
}

impl Pack {
    fn add(&mut self, part: &[u8]) -> Result<(), PartProblem> {
        let mut document = Document::load_mem(part).map_err(|_| PartProblem::Unreadable)?;
        if document.is_encrypted() {
            return Err(PartProblem::Encrypted);
        }
        document.renumber_objects_with(self.highest + 1);
        let pages = document
            .page_iter()
            .map(|id| page(&document, id).map(|page| (id, page)))
            .collect::<Option<Vec<_>>>()
            .ok_or(PartProblem::Damaged)?;
        let first = pages.first().ok_or(PartProblem::Empty)?.1.clone();
        self.start_on_the_right(&first);
        self.highest = self.highest.max(document.max_id);
        self.pages.extend(pages);
        self.objects.extend(document.objects);
        Ok(())
    }

    /// Pages are printed on both sides, so that odd ones lie on the right.
    fn start_on_the_right(&mut self, next: &Dictionary) {
        if self.pages.len().is_multiple_of(2) {
            return;
        }
        let mut blank = dictionary! { "Type" => "Page", "Resources" => dictionary! {} };
        if let Ok(size) = next.get(b"MediaBox") {
            blank.set("MediaBox", size.clone());
        }
        // Numbered last, in `finish`: the next part's objects have their numbers already.
        self.pages.push(((0, 0), blank));
    }

    fn finish(mut self) -> Result<Pdf, LetterError> {
        if self.pages.is_empty() {
            return Err(LetterError::NoParts);
        }
        let mut document = Document::with_version("1.7");
        document.max_id = self.highest;
        let root = document.new_object_id();
        let mut kids = Vec::with_capacity(self.pages.len());
        for (id, mut page) in self.pages.drain(..) {
            let id = if id.0 == 0 { document.new_object_id() } else { id };
            page.set("Parent", root);
            self.objects.insert(id, page.into());
            kids.push(Object::Reference(id));
        }
        let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
        let tree = dictionary! { "Type" => "Pages", "Count" => count, "Kids" => kids };
        self.objects.insert(root, tree.into());
        document.objects = self.objects;
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
        document.trailer.set("Root", catalog);
        document.prune_objects();
        document.renumber_objects();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).map_err(LetterError::Write)?;
        Ok(Pdf::new(bytes))
    }
}

/// A page with all that it has from the nodes above, but without what binds it to its old document: its place
/// among the tags, its annotations (links lead out of a printed pack, and scripts hide in them).
fn page(document: &Document, id: ObjectId) -> Option<Dictionary> {
    let mut page = document.get_dictionary(id).ok()?.clone();
    for key in INHERITED {
        if !page.has(key)
            && let Some(value) = inherited(document, &page, key)
        {
            page.set(key, value);
        }
    }
    for key in [b"StructParents".as_slice(), b"Annots", b"AA", b"B", b"Tabs", b"Metadata"] {
        page.remove(key);
    }
    page.has(b"MediaBox").then_some(page)
}

fn inherited(document: &Document, page: &Dictionary, key: &[u8]) -> Option<Object> {
    let parent = |node: &Dictionary| node.get(b"Parent").and_then(Object::as_reference).ok();
    let mut above = parent(page);
    for _ in 0..DEEPEST {
        let node = document.get_dictionary(above?).ok()?;
        if let Ok(value) = node.get(key) {
            return Some(value.clone());
        }
        above = parent(node);
    }
    None
}
