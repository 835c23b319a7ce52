//! JetStream: publish, consume, ask, relay the outbox, park.
