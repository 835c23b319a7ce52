//! Who sends the letters: the letterhead, the signature and the ethics footer, from settings.

use serde::{Deserialize, Serialize};

use crate::parts::Signatory;

/// The hospital and the office in it that manages the research database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct House {
    /// The hospital or trust.
    pub name: String,
    /// The office that letters come from.
    pub office: String,
    /// Lines of the office's postal address.
    pub address: Vec<String>,
    /// The office's telephone.
    pub telephone: String,
    /// The office's e-mail address.
    pub email: String,
    /// The hospital's page about research, for patients; may be empty.
    pub website: String,
    /// Who signs for the office.
    pub manager: Signatory,
    /// The approval that the whole process has, printed on the first page.
    pub ethics: Option<Ethics>,
    /// The logo as the text of an SVG image; empty: none.
    pub logo: String,
}

/// The approval of a research ethics committee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ethics {
    /// Project number in the integrated application system.
    pub iras: String,
    /// The committee's reference.
    pub rec_reference: String,
    /// Title of the approved documents.
    pub title: String,
    /// Their version.
    pub version: String,
    /// The date of that version, as printed.
    pub date: String,
}

impl Default for House {
    /// A fictional trust, for demos and tests.
    fn default() -> Self {
        Self {
            name: "Larkfield NHS Trust".to_owned(),
            office: "Research Database Office".to_owned(),
            address: ["Coffer House", "1 Example Way", "Eastmere", "EM1 9XX"].map(str::to_owned).to_vec(),
            telephone: "01632 960 101".to_owned(),
            email: "research.database@nhs.example".to_owned(),
            website: "www.larkfield.nhs.example/research".to_owned(),
            manager: Signatory {
                name: "Alex Morgan".to_owned(),
                title: "Manager of the research database".to_owned(),
            },
            ethics: Some(Ethics {
                iras: "000000".to_owned(),
                rec_reference: "00/XX/0000".to_owned(),
                title: "Coffer demonstration documents".to_owned(),
                version: "1".to_owned(),
                date: "1 January 2026".to_owned(),
            }),
            logo: String::new(),
        }
    }
}
