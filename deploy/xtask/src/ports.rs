//! Ports on this machine: the preferred one, or a free one when it is taken.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::Context;

/// `preferred` if nobody listens there, else a free port.
pub(crate) fn choose(preferred: u16) -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, preferred))
        .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .context("finding a free port")?;
    Ok(listener.local_addr()?.port())
}

/// A free port.
pub(crate) fn free() -> anyhow::Result<u16> {
    choose(0)
}

/// Whether somebody listens on this port.
pub(crate) fn is_open(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok()
}
