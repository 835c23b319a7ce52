//! Around the query: columns of types that we don't read become text, and no value larger than the limit leaves
//! the server.

use super::decode::Reading;

/// A column of the query as the server describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) name: String,
    /// The type's number in `pg_type`.
    pub(super) oid: u32,
}

impl Described {
    pub(super) fn reading(&self) -> Reading {
        Reading::of(self.oid).unwrap_or(Reading::Text)
    }
}

/// The query inside another one that casts and cuts, if any column needs that. A value that was cut is one byte
/// or more too long, so the limit is noticed and nothing is lost in silence. An inner ORDER BY keeps its order:
/// the outer query has nothing that could change it.
pub(super) fn wrapped(sql: &str, columns: &[Described], cell_bytes: usize) -> Option<String> {
    let most = i32::try_from(cell_bytes).unwrap_or(i32::MAX).saturating_add(1);
    let outer: Vec<_> =
        columns.iter().enumerate().map(|(number, column)| outer(number, column.oid, most)).collect();
    if outer.iter().all(|column| column.starts_with('c')) {
        return None;
    }
    let inner: Vec<_> = (0..columns.len()).map(|number| format!("c{number}")).collect();
    Some(format!("SELECT {} FROM ({sql}) AS result ({})", outer.join(", "), inner.join(", ")))
}

fn outer(number: usize, oid: u32, most: i32) -> String {
    match Reading::of(oid) {
        Some(Reading::Binary) => format!("substring(c{number} FROM 1 FOR {most})"),
        None | Some(Reading::Text) => format!("left(c{number}::text, {most})"),
        Some(_) => format!("c{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(oids: &[u32]) -> Vec<Described> {
        oids.iter().map(|oid| Described { name: "x".to_owned(), oid: *oid }).collect()
    }

    #[test]
    fn fixed_types_need_nothing() {
        assert_eq!(wrapped("SELECT 1", &columns(&[23, 1184, 1700]), 10), None);
        assert_eq!(wrapped("SELECT", &columns(&[]), 10), None);
    }

    #[test]
    fn long_and_unknown_types_are_cut_as_text() {
        assert_eq!(
            wrapped("SELECT q", &columns(&[23, 25, 17, 3802]), 10).as_deref(),
            Some(
                "SELECT c0, left(c1::text, 11), substring(c2 FROM 1 FOR 11), left(c3::text, 11) FROM (SELECT q) \
                 AS result (c0, c1, c2, c3)"
            )
        );
    }
}
