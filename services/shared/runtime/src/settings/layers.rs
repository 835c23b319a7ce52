//! The one module that knows figment: merges the layers and names the source of what is wrong.

use std::fmt;
use std::path::Path;

use figment::error::{Error as FigmentError, Kind};
use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Map, Tag, Value};
use figment::{Figment, Metadata, Profile, Provider, Source};
use thiserror::Error;

use super::secret::revealed;
use super::{Problems, Settings};

const PREFIX: &str = "COFFER_";
const SEPARATOR: &str = "__";
const FILE_SUFFIX: &str = "_file";

/// Why settings were refused, one sentence per line.
#[derive(Debug, Error)]
pub struct SettingsError(Vec<String>);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "settings refused:")?;
        self.0.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl From<String> for SettingsError {
    fn from(line: String) -> Self {
        Self(vec![line])
    }
}

/// Reads the settings of this process.
pub fn load<S: Settings>(file: Option<&Path>) -> Result<S, SettingsError> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    load_from(file, variables)
}

/// Reads settings from a file and given variables. Variables count if they begin with `COFFER_` and have
/// a section (`__`); others are of the platform or of tests.
pub fn load_from<S: Settings>(
    file: Option<&Path>,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<S, SettingsError> {
    let defaults = revealed(|| Value::serialize(S::default()).map_err(|error| explain(error, None)))?;
    let mut figment = Figment::from(Serialized::defaults(&defaults));
    if let Some(path) = file {
        figment = figment.merge(Layer::from_file(path)?);
    }
    for layer in
        variables.into_iter().filter_map(|(name, value)| Layer::from_variable(&name, &value, &defaults))
    {
        figment = figment.merge(layer?);
    }
    let settings: S = figment.extract().map_err(|error| explain(error, Some(&figment)))?;
    validated(settings)
}

fn validated<S: Settings>(settings: S) -> Result<S, SettingsError> {
    let mut problems = Problems::default();
    settings.chassis().validate(&mut problems);
    settings.validate(&mut problems);
    if problems.is_empty() { Ok(settings) } else { Err(SettingsError(problems.lines().to_vec())) }
}

/// Settings of one source, with the secrets of `*_file` keys already read.
struct Layer {
    metadata: Metadata,
    values: Dict,
}

impl Layer {
    fn from_file(path: &Path) -> Result<Self, SettingsError> {
        let name = format!("file {}", path.display());
        if !path.is_file() {
            return Err(format!("{name}: is not there").into());
        }
        let values = Toml::file_exact(path)
            .data()
            .map_err(|error| explain(error, None))?
            .remove(&Profile::Default)
            .unwrap_or_default();
        Self::new(name, values)
    }

    /// A variable such as `COFFER_DATABASE__URL`; `None` if it is not a setting.
    fn from_variable(name: &str, value: &str, defaults: &Value) -> Option<Result<Self, SettingsError>> {
        let keys = name.strip_prefix(PREFIX)?.to_lowercase();
        let keys: Vec<&str> = keys.split(SEPARATOR).collect();
        if keys.len() < 2 {
            return None;
        }
        let leaf = typed(value, defaults.find_ref(&keys.join(".")));
        let nested =
            keys.iter().rev().fold(leaf, |inner, key| Value::from(Dict::from([((*key).to_owned(), inner)])));
        Some(Self::new(format!("environment variable {name}"), nested.into_dict().unwrap_or_default()))
    }

    fn new(name: String, values: Dict) -> Result<Self, SettingsError> {
        let values = read_files(values).map_err(|problem| format!("{name}: {problem}"))?;
        let source = Source::Custom(name.clone());
        Ok(Self { metadata: Metadata::from(name, source), values })
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, FigmentError> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

/// A variable is text where the default is text (`007` stays itself), else what it looks like.
fn typed(value: &str, default: Option<&Value>) -> Value {
    match default {
        Some(Value::String(..)) => Value::from(value),
        _ => value.parse().unwrap_or_else(|_| Value::from(value)),
    }
}

/// Replaces each `key_file = path` by `key = content`, at every depth.
fn read_files(values: Dict) -> Result<Dict, String> {
    values
        .into_iter()
        .map(|(key, value)| match (key.strip_suffix(FILE_SUFFIX), value) {
            (Some(name), Value::String(_, path)) => Ok((name.to_owned(), read_file(&key, &path)?)),
            (_, value) => Ok((key, read_nested(value)?)),
        })
        .collect()
}

fn read_nested(value: Value) -> Result<Value, String> {
    match value {
        Value::Dict(tag, values) => Ok(Value::Dict(tag, read_files(values)?)),
        Value::Array(tag, items) => {
            Ok(Value::Array(tag, items.into_iter().map(read_nested).collect::<Result<_, _>>()?))
        }
        other => Ok(other),
    }
}

fn read_file(key: &str, path: &str) -> Result<Value, String> {
    let content = std::fs::read_to_string(path)
        .map_err(|error| format!("{key}: the file {path} cannot be read ({})", error.kind()))?;
    Ok(Value::String(Tag::Default, content.trim().to_owned()))
}

/// One sentence for each error, with key and source.
fn explain(error: FigmentError, figment: Option<&Figment>) -> SettingsError {
    SettingsError(error.into_iter().map(|error| sentence(&error, figment)).collect())
}

fn sentence(error: &FigmentError, figment: Option<&Figment>) -> String {
    let mut keys = error.path.clone();
    let what = match &error.kind {
        Kind::UnknownField(name, known) => {
            if keys.last() != Some(name) {
                keys.push(name.clone());
            }
            format!("is not a setting (known here: {})", known.join(", "))
        }
        other => other.to_string(),
    };
    let key = keys.join(".");
    let source = figment
        .and_then(|figment| figment.find_metadata(&key))
        .or(error.metadata.as_ref())
        .map(|metadata| format!(" ({})", metadata.name))
        .unwrap_or_default();
    format!("{key}: {what}{source}")
}
