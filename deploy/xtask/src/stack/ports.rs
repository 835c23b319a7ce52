//! Where the parts of the local stack listen on 127.0.0.1.

use std::collections::BTreeMap;

use coffer_demo::SERVICES;

use crate::ports::choose;

/// One port for each part; a preferred one that is taken gives way to a free one.
pub(super) struct Ports {
    pub(super) gateway: u16,
    pub(super) mailbox: u16,
    pub(super) smtp: u16,
    pub(super) nats: u16,
    pub(super) postgres: u16,
    /// By service.
    pub(super) admin: BTreeMap<&'static str, u16>,
}

impl Ports {
    pub(super) fn choose() -> anyhow::Result<Self> {
        let admin = SERVICES.into_iter().zip(9101..).map(|(service, port)| Ok((service, choose(port)?)));
        Ok(Self {
            gateway: choose(8080)?,
            mailbox: choose(8025)?,
            smtp: choose(1025)?,
            nats: choose(4222)?,
            postgres: choose(54329)?,
            admin: admin.collect::<anyhow::Result<_>>()?,
        })
    }
}
