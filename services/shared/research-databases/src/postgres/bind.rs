//! Values for the placeholders, with the types under which they are sent.

use chrono::{NaiveDate, NaiveDateTime};
use coffer_query_gate::{ParameterKind, Value};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgTypeInfo};
use sqlx::{Arguments as _, Encode, Postgres, Type};

/// Values in the server's form.
#[derive(Default)]
pub(super) struct Bound {
    pub(super) arguments: PgArguments,
    pub(super) types: Vec<PgTypeInfo>,
}

impl Bound {
    pub(super) fn new(values: &[Value]) -> Result<Self, BoxDynError> {
        let mut bound = Self::default();
        for value in values {
            match value {
                Value::Null(kind) => bound.add_null(*kind)?,
                Value::Text(text) => bound.add(Some(text.clone()))?,
                Value::Integer(number) => bound.add(Some(*number))?,
                Value::Number(number) => bound.add(Some(*number))?,
                Value::Boolean(truth) => bound.add(Some(*truth))?,
                Value::Date(date) => bound.add(Some(*date))?,
                Value::Timestamp(moment) => bound.add(Some(*moment))?,
            }
        }
        Ok(bound)
    }

    fn add_null(&mut self, kind: ParameterKind) -> Result<(), BoxDynError> {
        match kind {
            ParameterKind::Text => self.add(None::<String>),
            ParameterKind::Integer => self.add(None::<i64>),
            ParameterKind::Number => self.add(None::<f64>),
            ParameterKind::Boolean => self.add(None::<bool>),
            ParameterKind::Date => self.add(None::<NaiveDate>),
            ParameterKind::Timestamp => self.add(None::<NaiveDateTime>),
        }
    }

    fn add<T>(&mut self, value: Option<T>) -> Result<(), BoxDynError>
    where
        T: for<'q> Encode<'q, Postgres> + Type<Postgres>,
    {
        self.types.push(T::type_info());
        self.arguments.add(value)
    }
}
