//! How a user wants results to be shown.

/// What the pages of results go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisplaySettings {
    /// One of [`ROWS_PER_PAGE`].
    pub rows_per_page: u32,
    /// Longer text starts folded; 0: never.
    pub fold_characters: u32,
    /// Text of more lines starts folded; 0: never.
    pub fold_lines: u32,
    /// Characters after which a line of text wraps; 0: no limit of its own.
    pub line_length: u32,
    /// A value that repeats the one above it shows as a ditto mark.
    pub ditto: bool,
    /// Leaves out columns without any value.
    pub hide_empty: bool,
}

/// Sizes of a page.
pub const ROWS_PER_PAGE: [u32; 7] = [10, 20, 50, 100, 200, 500, 1000];

/// Nothing that is shown is larger.
const LARGEST: u32 = 1_000_000;

/// The settings as somebody typed them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entered<'a> {
    /// Rows of a page.
    pub rows_per_page: &'a str,
    /// Characters before text is folded.
    pub fold_characters: &'a str,
    /// Lines before text is folded.
    pub fold_lines: &'a str,
    /// Characters of a line.
    pub line_length: &'a str,
    /// Ditto marks.
    pub ditto: bool,
    /// Without empty columns.
    pub hide_empty: bool,
}

impl Default for DisplaySettings {
    fn default() -> Self {
        Self {
            rows_per_page: 50,
            fold_characters: 400,
            fold_lines: 5,
            line_length: 0,
            ditto: false,
            hide_empty: false,
        }
    }
}

impl DisplaySettings {
    /// Reads what was typed; else each wrong field with a sentence about it.
    pub fn read(entered: Entered<'_>) -> Result<Self, Vec<(&'static str, String)>> {
        let mut wrong = Vec::new();
        let rows_per_page =
            entered.rows_per_page.parse().ok().filter(|rows| ROWS_PER_PAGE.contains(rows)).unwrap_or_else(
                || {
                    wrong.push(("rows_per_page", "Choose how many rows a page has".to_owned()));
                    0
                },
            );
        let mut number = |field, text: &str| {
            let text = text.trim();
            let number = if text.is_empty() { Some(0) } else { text.parse().ok() };
            number.filter(|number| *number <= LARGEST).unwrap_or_else(|| {
                wrong.push((field, format!("Enter a whole number from 0 to {LARGEST}")));
                0
            })
        };
        let settings = Self {
            rows_per_page,
            fold_characters: number("fold_characters", entered.fold_characters),
            fold_lines: number("fold_lines", entered.fold_lines),
            line_length: number("line_length", entered.line_length),
            ditto: entered.ditto,
            hide_empty: entered.hide_empty,
        };
        if wrong.is_empty() { Ok(settings) } else { Err(wrong) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_read() {
        let entered = Entered {
            rows_per_page: "200",
            fold_characters: " 80 ",
            fold_lines: "",
            line_length: "0",
            ditto: true,
            hide_empty: false,
        };
        let expected = DisplaySettings {
            rows_per_page: 200,
            fold_characters: 80,
            fold_lines: 0,
            line_length: 0,
            ditto: true,
            hide_empty: false,
        };
        assert_eq!(DisplaySettings::read(entered), Ok(expected));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let entered = Entered {
            rows_per_page: "51",
            fold_characters: "-1",
            fold_lines: "five",
            line_length: "1000001",
            ..Entered::default()
        };
        let fields: Vec<_> =
            DisplaySettings::read(entered).unwrap_err().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["rows_per_page", "fold_characters", "fold_lines", "line_length"]);
    }
}
