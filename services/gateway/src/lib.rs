//! Browser pages, JSON API, server-sent events: the one service that people and programs talk to.
//!
//! It owns users, sessions and the audit trail. Everything else it asks the other services over the bus.

pub mod api;
pub mod app;
pub mod auth;
pub mod config;
mod demo;
pub mod domain;
pub mod pages;
pub mod routes;
mod service;
pub mod store;
mod upkeep;
pub mod web;

pub use app::App;
pub use service::{AuditCommand, Command, Gateway};
pub use store::MIGRATIONS;
