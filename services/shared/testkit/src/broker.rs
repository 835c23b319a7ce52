//! A namespace of its own for each test, on the shared broker.

use futures::TryStreamExt as _;
use uuid::Uuid;

use crate::{blocking, shared};

/// A namespace on the shared broker; its streams go with this value.
#[derive(Debug)]
pub struct TestBroker {
    /// The server's URL.
    pub url: String,
    /// The first token of every subject, and (in capitals) of every stream's name.
    pub namespace: String,
}

/// Makes a namespace that no other test uses.
///
/// # Panics
/// When the server's address is not known.
pub fn broker() -> TestBroker {
    let unique = Uuid::new_v4().simple().to_string();
    TestBroker { url: shared::address("COFFER_TEST_NATS"), namespace: format!("t{unique}") }
}

impl TestBroker {
    /// The names of the objects in a bucket of this namespace.
    ///
    /// # Panics
    /// When there is no such bucket.
    pub async fn objects(&self, bucket: &str) -> Vec<String> {
        let client = async_nats::connect(&self.url).await.expect("the broker runs");
        let name = format!("{}_{bucket}", self.namespace.to_uppercase());
        let store =
            async_nats::jetstream::new(client).get_object_store(name).await.expect("the bucket exists");
        let objects = store.list().await.expect("the bucket can be read");
        objects.map_ok(|object| object.name).try_collect().await.expect("the bucket can be read")
    }
}

impl Drop for TestBroker {
    fn drop(&mut self) {
        let url = self.url.clone();
        let prefix = format!("{}_", self.namespace.to_uppercase());
        blocking::block_on(async move {
            delete_streams(&url, &prefix).await.ok();
        });
    }
}

async fn delete_streams(url: &str, prefix: &str) -> anyhow::Result<()> {
    let client = async_nats::connect(url).await?;
    let jetstream = async_nats::jetstream::new(client);
    let names: Vec<String> = jetstream.stream_names().try_collect().await?;
    // The stream of a bucket has its own word in front.
    for name in names.iter().filter(|name| name.trim_start_matches("OBJ_").starts_with(prefix)) {
        jetstream.delete_stream(name).await?;
    }
    Ok(())
}
