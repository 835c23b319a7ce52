//! Values keep to one line: in a template's text, where a line of its own could pass for ours, and in headers.

use std::fmt;

use askama::filters::Escaper;

/// Applied to every value in a text template (see `askama.toml`): a study's title makes no paragraph or button.
#[derive(Debug, Clone, Copy)]
pub struct OneLine;

impl Escaper for OneLine {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| self.write_escaped_char(&mut dest, character))
    }

    fn write_escaped_char<W: fmt::Write>(&self, mut dest: W, character: char) -> fmt::Result {
        let breaks = character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
        dest.write_char(if breaks { ' ' } else { character })
    }
}

/// The text as one line, without gaps.
pub(super) fn one_line(text: &str) -> String {
    text.split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
