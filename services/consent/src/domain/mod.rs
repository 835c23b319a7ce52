//! The rules of consent to contact: pure, without I/O; time, keys and randomness are passed in.

pub mod answer;
pub mod clinician;
pub mod decide;
pub mod evidence;
pub mod facts;
pub mod guidance;
pub mod mode;
pub mod patient;
pub mod patient_key;
pub mod policy;
pub mod state;
pub mod steps;
pub mod study;
pub mod timeline;
pub mod timetable;
pub mod token;
mod trail;
pub mod withdrawal;
pub mod words;
