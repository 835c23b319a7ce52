//! A headless Chromium of its own for each test, with the accessibility checks of axe-core.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// What keeps Chromium to itself: no window, no network of its own.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
];

/// A browser and its driver; both end with this value.
#[derive(Debug)]
pub struct Browser {
    /// The WebDriver session.
    pub client: Client,
    /// Where chromedriver listens.
    address: SocketAddr,
    _driver: Child,
    _profile: TempDir,
}

/// A fault that axe-core found.
#[derive(Debug, Deserialize)]
pub struct Violation {
    /// The rule's name, such as `color-contrast`.
    pub id: String,
    /// What is wrong.
    pub help: String,
    /// Where.
    pub nodes: Vec<ViolationNode>,
}

/// An element with a fault.
#[derive(Debug, Deserialize)]
pub struct ViolationNode {
    /// The element.
    pub html: String,
}

impl Browser {
    /// Starts chromedriver on a port of its choice, and Chromium with an empty profile.
    ///
    /// # Panics
    /// When either is missing or does not start.
    pub async fn start() -> Self {
        Self::try_start(true).await.expect("Chromium and chromedriver start")
    }

    /// The same without JavaScript.
    ///
    /// # Panics
    /// When either is missing or does not start.
    pub async fn start_without_javascript() -> Self {
        Self::try_start(false).await.expect("Chromium and chromedriver start")
    }

    async fn try_start(javascript: bool) -> anyhow::Result<Self> {
        let profile = TempDir::new()?;
        let (driver, port) = start_driver().await?;
        let mut arguments: Vec<_> = FLAGS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let allowed = if javascript { 1 } else { 2 };
        let preferences = json!({"profile.managed_default_content_settings.javascript": allowed});
        let options = json!({"args": arguments, "prefs": preferences});
        let capabilities = [("goog:chromeOptions".to_owned(), options)].into_iter().collect();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://{address}"))
            .await?;
        Ok(Self { client, address, _driver: driver, _profile: profile })
    }

    /// Runs axe-core on the page that is shown.
    ///
    /// # Panics
    /// When axe-core is not installed (`npm ci` in services/gateway) or does not run.
    pub async fn axe(&self) -> Vec<Violation> {
        self.client.execute(&axe_source(), Vec::new()).await.expect("axe-core loads");
        let run = "const done = arguments[0]; axe.run().then(result => done(result.violations), done)";
        let violations = self.client.execute_async(run, Vec::new()).await.expect("axe-core runs");
        Vec::deserialize(&violations).unwrap_or_else(|_| panic!("axe-core gave no list: {violations}"))
    }

    /// Fails the test if axe-core finds a fault on the page that is shown.
    ///
    /// # Panics
    /// When it does.
    pub async fn assert_accessible(&self) {
        let url = self.client.current_url().await.expect("a page is open");
        let violations = self.axe().await;
        assert!(violations.is_empty(), "{url} has faults of accessibility: {violations:#?}");
    }
}

impl Drop for Browser {
    /// Lets chromedriver end Chromium, which would outlive a killed driver.
    fn drop(&mut self) {
        let request =
            format!("GET /shutdown HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        let patience = Duration::from_secs(5);
        if let Ok(mut stream) = TcpStream::connect_timeout(&self.address, patience) {
            stream.set_read_timeout(Some(patience)).ok();
            stream.write_all(request.as_bytes()).ok();
            stream.read_to_end(&mut Vec::new()).ok();
        }
    }
}

/// Starts chromedriver, which says the port that it chose.
async fn start_driver() -> anyhow::Result<(Child, u16)> {
    let mut driver =
        Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let output = driver.stdout.take().ok_or_else(|| anyhow::anyhow!("chromedriver has no output"))?;
    let mut lines = BufReader::new(output).lines();
    let port = tokio::time::timeout(Duration::from_secs(20), async {
        while let Some(line) = lines.next_line().await? {
            let port = line
                .rsplit_once("successfully on port ")
                .and_then(|(_, port)| port.trim_end_matches('.').parse().ok());
            if let Some(port) = port {
                return Ok(port);
            }
        }
        anyhow::bail!("chromedriver ended without a word of its port")
    })
    .await??;
    // Reads on, so that a full pipe never stops the driver.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok((driver, port))
}

/// The script of axe-core, as the gateway's lock file pins it.
fn axe_source() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../gateway/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path).expect("axe-core is installed: run `npm ci` in services/gateway")
}
