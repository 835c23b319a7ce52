//! Writing queries: editor, saved queries, the library, the helper that makes one.

pub mod completion;
pub mod editor;
pub mod library;
pub mod library_edit;
mod run;
pub mod save;
pub mod saved;
pub mod text_anywhere;
