//! PostgreSQL: pools, sealed columns, outbox and inbox tables.
