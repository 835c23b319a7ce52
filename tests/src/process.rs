//! One service as a process, with its log.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A service, running or not.
#[derive(Debug)]
pub(crate) struct Process {
    binary: PathBuf,
    configuration: PathBuf,
    environment: Vec<(String, String)>,
    child: Option<Child>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// A service that does not run yet.
    pub(crate) fn new(service: &str, configuration: PathBuf, environment: Vec<(String, String)>) -> Self {
        let binary = folder().join(format!("coffer-{service}"));
        assert!(binary.is_file(), "{} is not built: run `cargo xtask test`", binary.display());
        Self { binary, configuration, environment, child: None, log: Arc::default() }
    }

    /// Starts it; does not wait until it is ready.
    pub(crate) fn start(&mut self) {
        let mut child = self.command().stdout(Stdio::piped()).spawn().expect("the service starts");
        let output = child.stdout.take().expect("the output is a pipe");
        let log = self.log.clone();
        // A thread and not a task: a test that blocks its runtime must not block the service.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        self.child = Some(child);
    }

    /// Runs one of its commands to the end.
    pub(crate) fn run(&self, command: &str) {
        let output = self.command().arg(command).output().expect("the service starts");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{} {command} failed: {text}", self.binary.display());
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }

    /// Asks it to end, and gives its exit code.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        let mut child = self.child.take()?;
        Command::new("sh").args(["-c", "kill -TERM \"$0\"", &child.id().to_string()]).status().ok()?;
        let end = Instant::now() + Duration::from_secs(40);
        while Instant::now() < end {
            if let Some(status) = child.try_wait().ok()? {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        child.kill().ok();
        child.wait().ok()?.code()
    }

    /// Whether it ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().is_ok_and(|status| status.is_some()))
    }

    /// All lines that it has logged, also before it was started again.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--config").arg(&self.configuration);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.log();
            let last = log.get(log.len().saturating_sub(20)..).unwrap_or_default();
            eprintln!("--- the end of the log of {}:\n{}", self.binary.display(), last.join("\n"));
        }
    }
}

/// Where the services' programs are: beside the tests, in the same target folder.
fn folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("COFFER_TEST_BIN_DIR") {
        return folder.into();
    }
    let test = std::env::current_exe().expect("a test is a program");
    test.ancestors().nth(2).map(Path::to_path_buf).expect("tests lie in target/<profile>/deps")
}
