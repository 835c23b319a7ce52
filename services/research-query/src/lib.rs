//! Read-only queries on de-identified databases.
