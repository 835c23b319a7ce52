//! Which rows meet all conditions of a view.

use std::cmp::Ordering;

use arrow_array::RecordBatch;

use crate::canonical::write_value;
use crate::key::push_value;
use crate::value::{Cells, Value};
use crate::view::{Condition, Operator};
use crate::{Manifest, ResultError, parse};

/// Conditions, their values read as their columns' kinds.
pub(crate) struct Filter {
    /// The columns to read, one for each condition.
    pub(crate) columns: Vec<usize>,
    tests: Vec<Test>,
}

enum Test {
    IsNull,
    IsNotNull,
    /// In lower case.
    Contains(String),
    Compares(fn(Ordering) -> bool, Vec<u8>),
}

/// Room that is used for cell after cell.
#[derive(Default)]
struct Scratch {
    key: Vec<u8>,
    text: Vec<u8>,
    lower: String,
}

impl Filter {
    /// Reads conditions.
    ///
    /// # Errors
    /// A value is not of its column's kind, or there is no such column.
    pub(crate) fn new(conditions: &[Condition], manifest: &Manifest) -> Result<Self, ResultError> {
        let columns: Vec<_> = conditions.iter().map(|condition| condition.column).collect();
        let kinds = manifest.chosen(&columns)?;
        let test = |(condition, column): (&Condition, _)| -> Result<Test, ResultError> {
            let column: &crate::StoredColumn = column;
            let compares =
                |holds| parse::key(column.kind, &condition.value).map(|key| Test::Compares(holds, key));
            match condition.operator {
                Operator::IsNull => Ok(Test::IsNull),
                Operator::IsNotNull => Ok(Test::IsNotNull),
                Operator::Contains => Ok(Test::Contains(lower_case(&condition.value))),
                Operator::Equals => compares(Ordering::is_eq),
                Operator::NotEquals => compares(Ordering::is_ne),
                Operator::Less => compares(Ordering::is_lt),
                Operator::AtMost => compares(Ordering::is_le),
                Operator::Greater => compares(Ordering::is_gt),
                Operator::AtLeast => compares(Ordering::is_ge),
            }
        };
        let tests = conditions.iter().zip(kinds).map(test).collect::<Result<_, _>>()?;
        Ok(Self { columns, tests })
    }

    /// Appends the numbers of a batch's rows that meet all conditions; its first row has number `first`.
    pub(crate) fn find(
        &self,
        batch: &RecordBatch,
        first: u32,
        found: &mut Vec<u32>,
    ) -> Result<(), ResultError> {
        let columns = Cells::of_batch(batch)?;
        let mut scratch = Scratch::default();
        for (number, row) in (first..).zip(0..batch.num_rows()) {
            let mut tests = self.tests.iter().zip(&columns);
            if tests.all(|(test, cells)| test.holds(cells.value(row), &mut scratch)) {
                found.push(number);
            }
        }
        Ok(())
    }
}

impl Test {
    fn holds(&self, value: Option<Value<'_>>, scratch: &mut Scratch) -> bool {
        match (self, value) {
            (Self::IsNull, value) => value.is_none(),
            (_, None) => false,
            (Self::IsNotNull, Some(_)) => true,
            (Self::Contains(part), Some(value)) => scratch.lower_case(value).contains(part.as_str()),
            (Self::Compares(holds, wanted), Some(value)) => {
                scratch.key.clear();
                push_value(value, 0, &mut scratch.key);
                holds(scratch.key.as_slice().cmp(wanted))
            }
        }
    }
}

impl Scratch {
    fn lower_case(&mut self, value: Value<'_>) -> &str {
        self.lower.clear();
        if let Value::Text(text) = value {
            push_lower_case(text, &mut self.lower);
        } else {
            self.text.clear();
            write_value(value, &mut self.text);
            push_lower_case(std::str::from_utf8(&self.text).unwrap_or_default(), &mut self.lower);
        }
        &self.lower
    }
}

/// Letter by letter, so that a part of a text has the same lower case as it has inside the text.
fn push_lower_case(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
    } else {
        out.extend(text.chars().flat_map(char::to_lowercase));
    }
}

fn lower_case(text: &str) -> String {
    let mut lower = String::new();
    push_lower_case(text, &mut lower);
    lower
}
