//! A query as its user wrote it, and its way through the gate.

use coffer_query_gate::{Admitted, Gate, Parameter, Purpose};
use serde::{Deserialize, Serialize};

/// SQL with its parameters, as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Query {
    pub(crate) sql: String,
    pub(crate) parameters: Vec<Written>,
}

/// A parameter as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) kind: String,
    /// None is NULL.
    pub(crate) value: Option<String>,
}

/// Why a query may not run, for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotAdmitted {
    /// `sql` or `parameters[<n>]`.
    pub(crate) field: String,
    /// What stands in the way, and where.
    pub(crate) sentence: String,
}

impl Query {
    /// Passes the gate, or says why not.
    pub(crate) fn admit(&self, gate: &Gate, purpose: Purpose) -> Result<Admitted, NotAdmitted> {
        let read = |(index, written): (usize, &Written)| {
            Parameter::read(&written.name, &written.kind, written.value.as_deref()).map_err(|error| {
                NotAdmitted { field: format!("parameters[{index}]"), sentence: error.to_string() }
            })
        };
        let parameters = self.parameters.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
        gate.admit(purpose, &self.sql, &parameters)
            .map_err(|refused| NotAdmitted { field: "sql".to_owned(), sentence: refused.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use coffer_query_gate::Dialect;

    use super::*;

    fn query(sql: &str, kind: &str, value: &str) -> Query {
        let written = Written { name: "n".to_owned(), kind: kind.to_owned(), value: Some(value.to_owned()) };
        Query { sql: sql.to_owned(), parameters: vec![written] }
    }

    #[test]
    fn a_refusal_names_its_field() {
        let gate = Gate::new(Dialect::PostgreSql, &["public".to_owned()]);
        let admit = |query: Query| query.admit(&gate, Purpose::Rows);
        let good = "select rid from note where length(text) > :n";
        assert!(admit(query(good, "integer", "7")).is_ok());
        assert_eq!(admit(query(good, "integer", "seven")).unwrap_err().field, "parameters[0]");
        assert_eq!(admit(query("delete from note where n = :n", "integer", "7")).unwrap_err().field, "sql");
    }
}
