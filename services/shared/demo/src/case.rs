//! The named cases: each is stopped by exactly one rule, or by none.

/// What is special about a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Case {
    /// May be approached directly.
    Green,
    /// The clinician is to be asked.
    Yellow,
    /// Was never asked for consent.
    Unknown,
    /// Must not be contacted.
    Red,
    /// Out of the research database altogether.
    Excluded,
    /// Has died.
    Dead,
    /// A child.
    Under16,
    /// Discharged 100 days ago.
    DischargedRecent,
    /// Discharged longer ago than is permitted.
    DischargedLong,
    /// No clinician is known.
    NoClinician,
    /// The clinician's address is malformed.
    BadClinicianEmail,
    /// Permits one approach a year, which was made.
    CapReached,
    /// The date of birth is not known.
    NoDob,
    /// Nothing; one of many.
    Ordinary,
}

impl Case {
    /// All named cases, in the order of the demo's list.
    pub const NAMED: [Self; 13] = [
        Self::Green,
        Self::Yellow,
        Self::Unknown,
        Self::Red,
        Self::Excluded,
        Self::Dead,
        Self::Under16,
        Self::DischargedRecent,
        Self::DischargedLong,
        Self::NoClinician,
        Self::BadClinicianEmail,
        Self::CapReached,
        Self::NoDob,
    ];

    /// The name in `.local/demo-patients.json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Unknown => "unknown",
            Self::Red => "red",
            Self::Excluded => "excluded",
            Self::Dead => "dead",
            Self::Under16 => "under16",
            Self::DischargedRecent => "discharged-recent",
            Self::DischargedLong => "discharged-long",
            Self::NoClinician => "no-clinician",
            Self::BadClinicianEmail => "bad-clinician-email",
            Self::CapReached => "cap-reached",
            Self::NoDob => "no-dob",
            Self::Ordinary => "ordinary",
        }
    }
}
