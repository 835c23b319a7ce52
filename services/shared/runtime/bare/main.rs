//! A service without anything of its own, for the tests of the chassis.

use std::process::ExitCode;
use std::time::Duration;

use coffer_runtime::{ChassisSettings, Context, NoCommands, Problems, Secret, Service, Settings};
use futures::FutureExt;
use serde::{Deserialize, Serialize};

/// How the one task of the service behaves.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Temper {
    /// Finishes its work after being asked to stop.
    #[default]
    Polite,
    /// Never ends by itself.
    Stubborn,
    /// Fails soon.
    Failing,
    /// Panics soon, with a text that must not be logged.
    Panicking,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Bare {
    temper: Temper,
    password: Secret,
    broken_part: bool,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BareSettings {
    chassis: ChassisSettings,
    bare: Bare,
}

impl Settings for BareSettings {
    fn chassis(&self) -> &ChassisSettings {
        &self.chassis
    }

    fn validate(&self, problems: &mut Problems) {
        let insecure = self.chassis.environment.is_production() && self.bare.password.is_empty();
        problems.add_if(insecure, "bare.password", "must be set in production");
    }
}

struct BareService;

impl Service for BareService {
    const NAME: &'static str = "bare";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Settings = BareSettings;
    type Command = NoCommands;

    async fn setup(_: &BareSettings, _: &Context) -> anyhow::Result<()> {
        tracing::info!("set up");
        Ok(())
    }

    async fn start(settings: BareSettings, context: Context) -> anyhow::Result<()> {
        let broken = settings.bare.broken_part;
        context.health.check("part", move || {
            async move { if broken { Err("the part is broken".to_owned()) } else { Ok(()) } }.boxed()
        });
        context.spawn("temper", behave(settings.bare.temper, context.clone()));
        Ok(())
    }

    async fn command(command: NoCommands, _: BareSettings, _: Context) -> anyhow::Result<()> {
        match command {}
    }
}

#[tracing::instrument(skip_all)]
#[expect(clippy::panic, reason = "the tests look how the chassis takes it")]
async fn behave(temper: Temper, context: Context) -> anyhow::Result<()> {
    let soon = tokio::time::sleep(Duration::from_millis(300));
    match temper {
        Temper::Polite => {
            context.shutdown.token().cancelled().await;
            soon.await;
            tracing::info!("work finished");
        }
        Temper::Stubborn => std::future::pending().await,
        Temper::Failing => {
            soon.await;
            anyhow::bail!("the task gave up");
        }
        Temper::Panicking => {
            soon.await;
            panic!("about {}", context.instance);
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    coffer_runtime::run::<BareService>()
}
