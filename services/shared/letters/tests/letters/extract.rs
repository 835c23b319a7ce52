//! The words of a PDF as a reader's software finds them: codes in the content, and what each font says of them.

use std::collections::HashMap;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object};

/// What each code of a font stands for.
type Codes = HashMap<u16, String>;

/// The words of all pages, one line for each piece that was set at its own place.
pub(crate) fn text(pdf: &[u8]) -> String {
    let document = Document::load_mem(pdf).unwrap();
    let mut text = String::new();
    for id in document.page_iter() {
        let fonts = document.get_page_fonts(id).unwrap();
        let fonts: HashMap<_, _> =
            fonts.into_iter().map(|(name, font)| (name, codes(&document, font))).collect();
        page_text(&Content::decode(&document.get_page_content(id).unwrap()).unwrap(), &fonts, &mut text);
        text.push_str("\n--- page ---\n");
    }
    text
}

fn page_text(content: &Content, fonts: &HashMap<Vec<u8>, Codes>, text: &mut String) {
    let mut font = None;
    for operation in &content.operations {
        match operation.operator.as_str() {
            "Tf" => font = operation.operands.first().and_then(|name| fonts.get(name.as_name().ok()?)),
            "Tm" => text.push('\n'),
            "Tj" | "TJ" => {
                let strings = operation.operands.iter().flat_map(|operand| match operand {
                    Object::Array(items) => items.as_slice(),
                    single => std::slice::from_ref(single),
                });
                for code in strings.filter_map(|item| item.as_str().ok()).flat_map(|bytes| bytes.chunks(2)) {
                    let code = u16::from_be_bytes([code[0], code[1]]);
                    text.push_str(font.and_then(|font| font.get(&code)).map_or("?", String::as_str));
                }
            }
            _ => {}
        }
    }
}

/// The font's table from codes to text.
fn codes(document: &Document, font: &Dictionary) -> Codes {
    let table = font.get(b"ToUnicode").and_then(Object::as_reference).unwrap();
    let table =
        document.get_object(table).and_then(Object::as_stream).unwrap().decompressed_content().unwrap();
    let mut codes = Codes::new();
    for line in String::from_utf8(table).unwrap().lines() {
        let hexes: Vec<&str> = line.split(['<', '>', ' ']).filter(|part| !part.is_empty()).collect();
        if let [code, target] = hexes.as_slice()
            && let (Ok(code), Ok(target)) = (u16::from_str_radix(code, 16), hex::decode(target))
        {
            let units: Vec<u16> =
                target.chunks(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]])).collect();
            codes.insert(code, String::from_utf16(&units).unwrap());
        }
    }
    codes
}
