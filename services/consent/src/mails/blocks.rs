//! The HTML of an e-mail, made from its text: paragraphs, tables of facts, one button.

use askama::Template;

/// A part of an e-mail between two empty lines.
#[derive(Debug, PartialEq, Eq)]
enum Block<'a> {
    Paragraph(Vec<&'a str>),
    /// Lines of the form `Label: value`.
    Facts(Vec<(&'a str, &'a str)>),
    /// A line that ends in a colon, and a link below it.
    Button {
        label: &'a str,
        link: &'a str,
    },
}

#[derive(Template)]
#[template(path = "layout.html")]
struct Layout<'a> {
    subject: &'a str,
    blocks: Vec<Block<'a>>,
}

/// The HTML part; everything in the text is escaped.
pub(super) fn to_html(subject: &str, text: &str) -> askama::Result<String> {
    Layout { subject, blocks: text.trim().split("\n\n").map(block).collect() }.render()
}

/// Drops what conditions leave behind in a template: spaces at line ends, and runs of empty lines.
pub(super) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.trim().lines().map(str::trim_end) {
        if !(line.is_empty() && tidy.ends_with("\n\n")) {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy
}

fn block(text: &str) -> Block<'_> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    if let [label, link] = lines.as_slice()
        && let Some(label) = label.strip_suffix(':')
        && is_link(link)
    {
        return Block::Button { label, link };
    }
    let facts: Option<Vec<_>> = lines.iter().map(|line| fact(line)).collect();
    facts.map_or(Block::Paragraph(lines), Block::Facts)
}

fn is_link(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(' ')
}

/// Labels are short, so that a sentence with a colon stays a sentence.
fn fact(line: &str) -> Option<(&str, &str)> {
    line.split_once(": ").filter(|(label, _)| label.len() <= 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_falls_into_blocks() {
        assert_eq!(block("Dear Dr X,"), Block::Paragraph(vec!["Dear Dr X,"]));
        assert_eq!(
            block("Study: Sleep: a trial\nCode: 7"),
            Block::Facts(vec![("Study", "Sleep: a trial"), ("Code", "7")])
        );
        let button = Block::Button { label: "Open", link: "https://x.example/a" };
        assert_eq!(block("Open:\nhttps://x.example/a"), button);
        assert!(matches!(block("Open:\njavascript:alert(1)"), Block::Paragraph(_)));
    }

    #[test]
    fn html_escapes_what_the_text_says() {
        let html = to_html("a & b", "Study: <script>alert(1)</script>").unwrap();
        assert!(html.contains("&#60;script&#62;") && !html.contains("<script>"), "{html}");
    }

    #[test]
    fn empty_lines_do_not_pile_up() {
        assert_eq!(tidy("\na  \n\n\n\nb\n \n"), "a\n\nb\n");
    }
}
