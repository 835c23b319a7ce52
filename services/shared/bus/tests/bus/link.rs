//! A way to the broker that can be cut and mended, since the shared broker itself must go on for the other tests.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub(crate) struct Link {
    address: SocketAddr,
    whole: watch::Sender<bool>,
}

impl Link {
    /// A link to `nats://host:port`.
    pub(crate) async fn to(url: &str, whole: bool) -> Self {
        let target = url.trim_start_matches("nats://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (whole, state) = watch::channel(whole);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(forward(near, target.clone(), state.clone()));
            }
        });
        Self { address, whole }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    pub(crate) fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub(crate) fn mend(&self) {
        self.whole.send_replace(true);
    }
}

/// Carries bytes both ways until the link is cut; a link that is cut carries none.
async fn forward(mut near: TcpStream, target: String, mut state: watch::Receiver<bool>) {
    if !*state.borrow() {
        return;
    }
    let mut far = TcpStream::connect(target).await.unwrap();
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = state.wait_for(|whole| !whole) => {}
    }
}
