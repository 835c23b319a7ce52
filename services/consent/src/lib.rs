//! Consent to contact: rules, answers, letters.

pub mod app;
pub mod config;
pub mod domain;
pub mod handlers;
pub mod mails;
pub mod papers;
pub mod ports;
pub mod seed;
pub mod service;
pub mod store;
