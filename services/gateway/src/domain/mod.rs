//! Pure rules: no I/O, time and randomness are passed in.

pub mod audit_chain;
pub mod display;
pub mod local_path;
pub mod marked_text;
pub mod network;
pub mod parameter_names;
pub mod pasted_ids;
pub mod query_form;
pub mod result_view;
pub mod run_state;
pub mod sql_names;
pub mod structure;
pub mod throttle;
pub mod uk_time;
