//! Sets letters: the engine with its templates and fonts, made once and shared.

use chrono::{Datelike, NaiveDate};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use typst::foundations::{Bytes, Datetime, Dict, IntoValue, Smart, Value};
use typst::text::Coverage;
use typst_as_lib::{TypstAsLibError, TypstEngine};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::error::LetterError;
use crate::house::House;
use crate::inputs;
use crate::letters::Letter;
use crate::pdf::Pdf;
use crate::{fonts, templates};

/// Sets letters of one house. Work for a processor: call it from a blocking thread.
pub struct Typesetter {
    engine: TypstEngine,
    house: Value,
    printable: Coverage,
    standards: PdfStandards,
}

impl Typesetter {
    /// Reads fonts and templates.
    pub fn new(house: House) -> Result<Self, LetterError> {
        let sources = templates::sources();
        let sources = sources.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let engine =
            TypstEngine::builder().fonts(fonts::all()).with_static_source_file_resolver(sources).build();
        let printable = fonts::printable().ok_or(LetterError::Fonts)?;
        let standards = PdfStandards::new(&[PdfStandard::Ua_1])
            .map_err(|error| LetterError::Standard(error.message().to_string()))?;
        Ok(Self { engine, house: house_value(house, &printable)?, printable, standards })
    }

    /// Sets a letter. The same letter gives the same bytes.
    pub fn set<L: Letter>(&self, letter: &L) -> Result<Pdf, LetterError> {
        let template = L::TEMPLATE;
        let data = serde_json::to_value(letter).map_err(|source| LetterError::Data { template, source })?;
        let ident = hex::encode(Sha256::digest(format!("{template}\n{data}")));
        let document: PagedDocument = self
            .engine
            .compile_with_input(template, self.inputs(letter, data))
            .output
            .map_err(|error| LetterError::Template { template, problem: problem(&error) })?;
        let options = PdfOptions {
            ident: Smart::Custom(ident),
            creator: Smart::Custom(Some("Coffer".to_owned())),
            timestamp: midnight(letter.date()),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&document, &options)
            .map_err(|problems| LetterError::NotAccessible { template, problems: problems.len() })?;
        Ok(Pdf::new(bytes))
    }

    fn inputs<L: Letter>(&self, letter: &L, data: Json) -> Dict {
        [
            ("letter", inputs::value(data, &self.printable)),
            ("house", self.house.clone()),
            ("title", inputs::value(letter.title().into(), &self.printable)),
            ("size", letter.text_size().points().into_value()),
        ]
        .into_iter()
        .map(|(key, value)| (key.into(), value))
        .collect()
    }
}

/// The house's data for every letter; the logo becomes an image's bytes.
fn house_value(mut house: House, printable: &Coverage) -> Result<Value, LetterError> {
    let logo = std::mem::take(&mut house.logo);
    if !logo.is_empty() && !logo.contains("<svg") {
        return Err(LetterError::Logo);
    }
    let template = "house.typ";
    let data = serde_json::to_value(house).map_err(|source| LetterError::Data { template, source })?;
    let Value::Dict(mut house) = inputs::value(data, printable) else { return Err(LetterError::Logo) };
    let logo = if logo.is_empty() { Value::None } else { Value::Bytes(Bytes::from_string(logo)) };
    house.insert("logo".into(), logo);
    Ok(Value::Dict(house))
}

/// What the compiler says of the template's code; it does not quote data.
fn problem(error: &TypstAsLibError) -> String {
    match error {
        TypstAsLibError::TypstSource(diagnostics) => {
            diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// The start of the letter's day, as the time that the file was made.
fn midnight(date: NaiveDate) -> Option<Timestamp> {
    let (month, day) = (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    Datetime::from_ymd_hms(date.year(), month, day, 0, 0, 0).map(Timestamp::new_utc)
}
