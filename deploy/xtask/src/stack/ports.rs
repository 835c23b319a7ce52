//! Where the parts of the local stack listen on 127.0.0.1.

use crate::ports::choose;

/// One port for each part; a preferred one that is taken gives way to a free one.
pub(super) struct Ports {
    pub(super) gateway: u16,
    pub(super) mailbox: u16,
    pub(super) smtp: u16,
    pub(super) nats: u16,
    pub(super) postgres: u16,
    /// In the order of the services.
    pub(super) admin: [u16; 4],
}

impl Ports {
    pub(super) fn choose() -> anyhow::Result<Self> {
        Ok(Self {
            gateway: choose(8080)?,
            mailbox: choose(8025)?,
            smtp: choose(1025)?,
            nats: choose(4222)?,
            postgres: choose(54329)?,
            admin: [choose(9101)?, choose(9102)?, choose(9103)?, choose(9104)?],
        })
    }
}
