//! Views of a result: filtered, sorted. Their order is computed once and kept.

use std::sync::Arc;

use arrow_array::RecordBatch;
use bytes::Bytes;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::blocking::blocking;
use crate::filter::Filter;
use crate::order::{self, RowOrder};
use crate::sort::{Round, Sorting};
use crate::{Manifest, ObjectError, ResultError, StoredResult};

/// Most columns to sort by.
const SORT_COLUMNS: usize = 3;

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

impl Condition {
    /// Whether it can be asked of a result.
    ///
    /// # Errors
    /// The value is not of its column's kind, or there is no such column.
    pub fn check(&self, manifest: &Manifest) -> Result<(), ResultError> {
        Filter::new(std::slice::from_ref(self), manifest).map(drop)
    }
}

impl StoredResult {
    /// The order of a view: read if it was computed before, else computed and kept.
    ///
    /// # Errors
    /// A filter's value is not of its column's kind, there is no such column, there is too much to sort, or a part
    /// cannot be read.
    pub async fn view(&self, spec: &ViewSpec) -> Result<RowOrder, ResultError> {
        if *spec == ViewSpec::default() {
            return Ok(self.stored_order());
        }
        let filter = Filter::new(&spec.filters, &self.manifest)?;
        self.check_sort(&spec.sort)?;
        let kept = Kept::of(spec);
        if let Some(order) = self.kept_order(&kept).await? {
            return Ok(order);
        }
        let _turn = self.cache.views.acquire().await; // never closed
        if let Some(order) = self.kept_order(&kept).await? {
            return Ok(order); // somebody else wanted the same
        }
        let rows = self.filtered(filter).await?;
        let rows = self.sorted(rows, &spec.sort).await?;
        self.keep_order(&kept, order::to_bytes(&rows).into()).await
    }

    fn check_sort(&self, keys: &[SortKey]) -> Result<(), ResultError> {
        if keys.len() > SORT_COLUMNS {
            return Err(ResultError::TooManySortColumns(SORT_COLUMNS));
        }
        self.manifest.chosen(&keys.iter().map(|key| key.column).collect::<Vec<_>>()).map(drop)
    }

    async fn filtered(&self, filter: Filter) -> Result<Vec<u32>, ResultError> {
        let rows =
            u32::try_from(self.manifest.rows).map_err(|_| ResultError::TooManyRows(u32::MAX as usize))?;
        if filter.columns.is_empty() {
            return Ok((0..rows).collect());
        }
        let columns = filter.columns.as_slice().into();
        let found = self.fold(&columns, (filter, Vec::new()), |(filter, found), batch, first| {
            filter.find(batch, first, found)
        });
        Ok(found.await?.1)
    }

    async fn sorted(&self, rows: Vec<u32>, keys: &[SortKey]) -> Result<Vec<u32>, ResultError> {
        if keys.is_empty() {
            return Ok(rows);
        }
        let columns = keys.iter().map(|key| key.column).collect();
        let mut sorting = Sorting::new(rows, keys.iter().map(|key| key.descending).collect())?;
        loop {
            let round = match blocking(move || Ok::<_, ResultError>(sorting.next())).await? {
                Ok(round) => round,
                Err(rows) => return Ok(rows),
            };
            let round = self.fold(&columns, round, Round::read).await?;
            sorting = blocking(move || round.finish()).await?;
        }
    }

    /// Goes through all rows in stored order; `step` also gets the number of a batch's first row.
    async fn fold<S: Send + 'static>(
        &self,
        columns: &Arc<[usize]>,
        mut state: S,
        step: fn(&mut S, &RecordBatch, u32) -> Result<(), ResultError>,
    ) -> Result<S, ResultError> {
        let mut parts = self.parts(columns);
        let mut first = 0;
        while let Some(batches) = parts.next().await {
            let batches = batches?;
            (state, first) = blocking(move || {
                for batch in &batches {
                    step(&mut state, batch, first)?;
                    first += u32::try_from(batch.num_rows()).map_err(|_| ResultError::Rows)?;
                }
                Ok::<_, ResultError>((state, first))
            })
            .await?;
        }
        Ok(state)
    }

    async fn kept_order(&self, kept: &Kept) -> Result<Option<RowOrder>, ResultError> {
        let name = self.vault.name(&kept.what);
        if let Some(numbers) = self.cache.get(&name) {
            return Ok(Some(RowOrder::read(numbers)));
        }
        match self.vault.open(&kept.slot, &kept.what).await {
            Ok(numbers) => {
                self.cache.insert(name, numbers.clone());
                Ok(Some(RowOrder::read(numbers)))
            }
            // What does not open is the order of another view, which had the slot first.
            Err(ResultError::Object(ObjectError::Missing) | ResultError::Seal(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn keep_order(&self, kept: &Kept, numbers: Bytes) -> Result<RowOrder, ResultError> {
        let (vault, what, plain) = (self.vault.clone(), kept.what.clone(), numbers.clone());
        let sealed = blocking(move || Ok::<_, ResultError>(vault.seal(&what, &plain))).await?;
        self.vault.put(&kept.slot, sealed).await?;
        self.cache.insert(self.vault.name(&kept.what), numbers.clone());
        Ok(RowOrder::read(numbers))
    }
}

/// Where the order of a view is kept, and what it is sealed as.
struct Kept {
    slot: String,
    what: String,
}

impl Kept {
    fn of(spec: &ViewSpec) -> Self {
        let json = serde_json::to_vec(spec).unwrap_or_default(); // numbers and texts always have a JSON form
        let hash = Sha256::digest(json);
        let number = hash.first().map_or(0, |byte| byte % SLOTS);
        Self { slot: slot(number), what: format!("order {}", hex::encode(hash)) }
    }
}

/// Names of the parts that may hold orders.
pub(crate) fn slots() -> impl Iterator<Item = String> {
    (0..SLOTS).map(slot)
}

fn slot(number: u8) -> String {
    format!("order-{number}")
}
