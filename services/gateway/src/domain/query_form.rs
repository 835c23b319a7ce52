//! The form of a query: its text, and a typed field for each of its `:name`s.

use coffer_proto::query::v1::{Parameter, Placeholder};

/// Types of parameters, with their words.
pub const KINDS: [(&str, &str); 6] = [
    ("text", "Text"),
    ("integer", "Whole number"),
    ("number", "Number"),
    ("boolean", "Yes or no"),
    ("date", "Day"),
    ("timestamp", "Day and time"),
];

/// The fields that a browser sent, in their order; names may be any.
#[derive(Debug, Clone, Default)]
pub struct Entered(Vec<(String, String)>);

/// The field of one parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// The name in the query.
    pub name: String,
    /// One of [`KINDS`].
    pub kind: String,
    /// The words beside the field.
    pub label: String,
    /// What it holds; empty stands for NULL.
    pub value: String,
}

impl Entered {
    /// Takes what was sent.
    pub fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The value of a field, without blanks around it; empty where it was not sent.
    pub fn trimmed(&self, field: &str) -> &str {
        self.text(field).trim()
    }

    /// The value of a field as it was typed, with line ends as everywhere but in forms.
    pub fn lines(&self, field: &str) -> String {
        self.text(field).replace("\r\n", "\n")
    }

    /// Whether the field was sent: of check boxes only those that are ticked are.
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(name, _)| name == field)
    }

    fn text(&self, field: &str) -> &str {
        self.0.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value)
    }

    /// A field for each name, with what was typed into it.
    pub fn fields(&self, names: &[String]) -> Vec<Field> {
        let field = |name: &String| Field {
            name: name.clone(),
            kind: known_kind(self.text(&format!("kind-{name}"))).to_owned(),
            label: self.trimmed(&format!("label-{name}")).to_owned(),
            value: self.text(&format!("value-{name}")).to_owned(),
        };
        names.iter().map(field).collect()
    }

    /// The names whose fields were not on the form yet.
    pub fn new_names<'a>(&self, names: &'a [String]) -> Vec<&'a str> {
        names.iter().filter(|name| !self.has(&format!("value-{name}"))).map(String::as_str).collect()
    }
}

impl Field {
    /// Name of the field of the value; errors link to it.
    pub fn value_id(&self) -> String {
        format!("value-{}", self.name)
    }

    /// Name of the field of the type.
    pub fn kind_id(&self) -> String {
        format!("kind-{}", self.name)
    }

    /// Name of the field of the words beside it.
    pub fn label_id(&self) -> String {
        format!("label-{}", self.name)
    }

    /// The words beside it, which nobody has to write.
    pub fn words(&self) -> &str {
        if self.label.is_empty() { &self.name } else { &self.label }
    }

    /// For the contract.
    pub fn parameter(&self) -> Parameter {
        let value = Some(self.value.clone()).filter(|value| !value.is_empty());
        Parameter { name: self.name.clone(), kind: self.kind.clone(), value }
    }

    /// For the contract of the library.
    pub fn placeholder(&self) -> Placeholder {
        Placeholder {
            name: self.name.clone(),
            kind: self.kind.clone(),
            label: self.words().to_owned(),
            initial: self.value.clone(),
        }
    }
}

impl From<Parameter> for Field {
    fn from(parameter: Parameter) -> Self {
        let value = parameter.value.unwrap_or_default();
        Self { name: parameter.name, kind: parameter.kind, label: String::new(), value }
    }
}

impl From<Placeholder> for Field {
    fn from(placeholder: Placeholder) -> Self {
        let Placeholder { name, kind, label, initial } = placeholder;
        Self { name, kind, label, value: initial }
    }
}

fn known_kind(kind: &str) -> &str {
    if KINDS.iter().any(|(known, _)| *known == kind) { kind } else { "text" }
}

/// Line and column in a refusal's sentence, such as `pg_sleep (line 3, column 8): ...`.
pub fn place(sentence: &str) -> Option<(u32, u32)> {
    let (_, rest) = sentence.split_once("(line ")?;
    let (line, rest) = rest.split_once(", column ")?;
    let (column, _) = rest.split_once(')')?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// The field of a form that a refusal means: parameters are counted there and named here.
pub fn field_of(refused: &str, fields: &[Field]) -> String {
    let path = refused.strip_prefix("query.").unwrap_or(refused);
    let index = ["parameters[", "placeholders["].iter().find_map(|list| path.strip_prefix(list));
    let index = index.and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
    match index.and_then(|index| fields.get(index)) {
        Some(field) => field.value_id(),
        None => path.split(['[', '.']).next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(fields: &[(&str, &str)]) -> Entered {
        Entered::new(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn each_name_has_a_field_with_what_was_typed() {
        let entered = entered(&[("kind-since", "date"), ("value-since", "2026-01-01"), ("kind-b", "blob")]);
        let names = ["since".to_owned(), "b".to_owned()];
        let fields = entered.fields(&names);
        let since = fields[0].parameter();
        assert_eq!((since.kind.as_str(), since.value.as_deref()), ("date", Some("2026-01-01")));
        assert_eq!((fields[1].kind.as_str(), fields[1].parameter().value), ("text", None));
        assert_eq!(entered.new_names(&names), ["b"]);
    }

    #[test]
    fn a_refusal_names_its_place_and_its_field() {
        let sentence = "pg_sleep (line 3, column 8): This function is not allowed.";
        assert_eq!(place(sentence), Some((3, 8)));
        assert_eq!(place("The query is empty."), None);
        let fields = [Field { name: "since".to_owned(), ..Field::default() }];
        for (refused, field) in [
            ("sql", "sql"),
            ("query.sql", "sql"),
            ("parameters[0]", "value-since"),
            ("query.placeholders[0].initial", "value-since"),
            ("parameters[7]", "parameters"),
            ("", ""),
        ] {
            assert_eq!(field_of(refused, &fields), field, "{refused}");
        }
    }
}
