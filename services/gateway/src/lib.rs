//! Browser pages, JSON API, server-sent events.
