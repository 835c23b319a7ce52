//! Settings from all layers: which value wins, what is refused, and that secrets stay inside.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::io::Write;
use std::net::SocketAddr;

use coffer_runtime::settings::load_from;
use coffer_runtime::{ChassisSettings, Environment, Problems, Secret, Settings};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Place {
    name: String,
    url: Secret,
    tags: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Example {
    chassis: ChassisSettings,
    main: Place,
    places: Vec<Place>,
}

impl Default for Example {
    fn default() -> Self {
        let admin_listen = SocketAddr::from(([127, 0, 0, 1], 9100));
        Self {
            chassis: ChassisSettings { admin_listen, ..ChassisSettings::default() },
            main: Place { name: "home".to_owned(), url: Secret::from("default-secret"), tags: vec![] },
            places: vec![],
        }
    }
}

impl Settings for Example {
    fn chassis(&self) -> &ChassisSettings {
        &self.chassis
    }

    fn validate(&self, problems: &mut Problems) {
        let demo_key = self.main.url.expose() == "default-secret";
        problems.add_if(
            self.chassis.environment.is_production() && demo_key,
            "main.url",
            "is the demo's: set your own in production",
        );
    }
}

fn load(toml: &str, variables: &[(&str, &str)]) -> Result<Example, String> {
    let file = file(toml);
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    load_from(Some(file.path()), variables).map_err(|error| error.to_string())
}

fn file(content: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file
}

#[test]
fn defaults_of_the_service_survive_a_section_in_the_file() {
    let settings = load("[chassis]\nlog = \"debug\"\n", &[]).unwrap();
    assert_eq!(settings.chassis.log, "debug");
    assert_eq!(settings.chassis.admin_listen.port(), 9100);
    assert_eq!(settings.main.url.expose(), "default-secret");
}

#[test]
fn the_environment_wins_over_the_file() {
    let settings =
        load("[main]\nname = \"file\"\nurl = \"file\"\n", &[("COFFER_MAIN__NAME", "variable")]).unwrap();
    assert_eq!(settings.main.name, "variable");
    assert_eq!(settings.main.url.expose(), "file");
}

#[test]
fn text_that_looks_like_a_number_stays_text() {
    let settings = load("", &[("COFFER_MAIN__URL", "007"), ("COFFER_MAIN__NAME", "1.50")]).unwrap();
    assert_eq!((settings.main.url.expose(), settings.main.name.as_str()), ("007", "1.50"));
}

#[test]
fn secrets_come_from_files_in_every_layer_and_depth() {
    let (first, second) = (file("from-file\n"), file("of-a-list\n"));
    let toml = format!("[[places]]\nname = \"a\"\nurl_file = {:?}\n", second.path());
    let settings = load(&toml, &[("COFFER_MAIN__URL_FILE", first.path().to_str().unwrap())]).unwrap();
    assert_eq!(settings.main.url.expose(), "from-file");
    assert_eq!(settings.places[0].url.expose(), "of-a-list");
}

#[test]
fn a_secret_in_the_environment_wins_over_a_secret_file_in_the_file() {
    let secret = file("from-file");
    let toml = format!("[main]\nurl_file = {:?}\n", secret.path());
    let settings = load(&toml, &[("COFFER_MAIN__URL", "from-variable")]).unwrap();
    assert_eq!(settings.main.url.expose(), "from-variable");
}

#[test]
fn a_missing_secret_file_is_named() {
    let error = load("[main]\nurl_file = \"/nowhere/at/all\"\n", &[]).unwrap_err();
    assert!(error.contains("url_file") && error.contains("/nowhere/at/all"), "{error}");
}

#[test]
fn unknown_keys_are_refused_with_key_and_source() {
    let error = load("[main]\ncolour = \"blue\"\n", &[]).unwrap_err();
    assert!(error.contains("main.colour: is not a setting (known here: name, url, tags)"), "{error}");
    assert!(error.contains("(file /"), "{error}");

    let error = load("", &[("COFFER_MAYN__NAME", "x")]).unwrap_err();
    assert!(error.contains("mayn: is not a setting"), "{error}");
    assert!(error.contains("(environment variable COFFER_MAYN__NAME)"), "{error}");

    let error = load("[[places]]\nnome = \"x\"\n", &[]).unwrap_err();
    assert!(error.contains("places.0.nome: is not a setting"), "{error}");
}

#[test]
fn wrong_types_are_refused_with_key_and_source() {
    let error = load("", &[("COFFER_CHASSIS__DRAIN_SECONDS", "long")]).unwrap_err();
    assert!(error.contains("chassis.drain_seconds"), "{error}");
    assert!(error.contains("COFFER_CHASSIS__DRAIN_SECONDS"), "{error}");
}

#[test]
fn variables_without_a_section_are_not_ours() {
    assert!(load("", &[("COFFER_TEST_POSTGRES", "x"), ("PATH", "/bin"), ("OTHER__NAME", "x")]).is_ok());
}

#[test]
fn lists_and_numbers_may_come_from_variables() {
    let variables = [("COFFER_MAIN__TAGS", r#"["a", "b"]"#), ("COFFER_CHASSIS__TRACE_RATIO", "0.5")];
    let settings = load("", &variables).unwrap();
    assert_eq!(settings.main.tags, ["a", "b"]);
    assert!((settings.chassis.trace_ratio - 0.5).abs() < f64::EPSILON);
}

#[test]
fn all_problems_are_told_at_once() {
    let toml = "[chassis]\nenvironment = \"production\"\ntrace_ratio = 7.0\nlog = \"=?=\"\n";
    let error = load(toml, &[]).unwrap_err();
    for key in ["chassis.trace_ratio", "chassis.log", "main.url"] {
        assert!(error.contains(key), "{error}");
    }
    assert!(!error.contains("default-secret"));
}

#[test]
fn production_is_a_word_in_any_layer() {
    let settings =
        load("", &[("COFFER_CHASSIS__ENVIRONMENT", "production"), ("COFFER_MAIN__URL", "own")]).unwrap();
    assert_eq!(settings.chassis.environment, Environment::Production);
}

#[test]
fn what_a_default_has_open_shows_hidden() {
    let text = toml::to_string_pretty(&Example::default()).unwrap();
    assert!(text.contains("(hidden)") && !text.contains("default-secret"), "{text}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let missing = std::path::Path::new("/nowhere.toml");
    let error = load_from::<Example>(Some(missing), []).unwrap_err().to_string();
    assert!(error.contains("/nowhere.toml: is not there"), "{error}");
}
