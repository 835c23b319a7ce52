//! Real services for tests: database, broker, SMTP sink, OTLP collector, browser.
