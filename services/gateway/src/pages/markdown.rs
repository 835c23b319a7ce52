//! A site's own help, in Markdown: its words and links are shown, HTML inside it is not.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// HTML of the text, for a page with headings of its own: the text's begin below them.
pub fn to_html(text: &str) -> String {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Html(_)
        | Event::InlineHtml(_)
        | Event::Start(Tag::Image { .. })
        | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Heading { level, .. }) => Some(Event::Start(heading(level))),
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        Event::Start(Tag::Link { link_type, dest_url, .. }) => {
            let dest_url = if is_web(&dest_url) { dest_url } else { CowStr::Borrowed("") };
            let (title, id) = (CowStr::Borrowed(""), CowStr::Borrowed(""));
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        event => Some(event),
    });
    let mut shown = String::new();
    html::push_html(&mut shown, events);
    shown
}

fn heading(level: HeadingLevel) -> Tag<'static> {
    Tag::Heading { level: below(level), id: None, classes: Vec::new(), attrs: Vec::new() }
}

const fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// Other schemes, such as `javascript:`, lead nowhere.
fn is_web(address: &str) -> bool {
    ["https://", "http://", "mailto:", "#"].iter().any(|start| address.starts_with(start))
        || (address.starts_with('/') && !address.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_links_are_shown() {
        let shown = to_html("# Notes\n\nSee *the* [guide](https://guide.example) or `note`.");
        assert_eq!(
            shown,
            "<h3>Notes</h3>\n<p>See <em>the</em> <a href=\"https://guide.example\">guide</a> or \
             <code>note</code>.</p>\n"
        );
    }

    #[test]
    fn nothing_runs() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html;base64,AAAA)",
            "[x](//evil.example)",
            "![x](https://evil.example/pixel)",
            "<javascript:alert(1)>",
            "[x](https://a.example \"onmouseover=alert(1)\")",
            "[x]\n\n[x]: javascript:alert(1)",
        ] {
            let shown = to_html(text).to_lowercase();
            for bad in ["<script", "<img", "href=\"javascript", "href=\"data", "href=\"//", "title="] {
                assert!(!shown.contains(bad), "{text}: {shown}");
            }
        }
    }
}
