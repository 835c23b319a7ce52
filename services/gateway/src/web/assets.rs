//! Style sheet, script and icon: inside the binary, under an address that holds their hash.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::Embed;
use tower_http::compression::CompressionLayer;

#[derive(Embed)]
#[folder = "assets/dist"]
struct Dist;

/// Address of each file, by its name.
static ADDRESSES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    Dist::iter()
        .filter_map(|name| {
            let mut hash = hex::encode(Dist::get(&name)?.metadata.sha256_hash());
            hash.truncate(16);
            Some((name.to_string(), format!("/assets/{hash}/{name}")))
        })
        .collect()
});

/// Where a page finds `name`.
pub fn address(name: &str) -> &'static str {
    ADDRESSES.get(name).map_or("", String::as_str)
}

/// The files' routes. Only these answers are compressed: they hold no secret.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{hash}/{name}", get(serve)).layer(CompressionLayer::new())
}

async fn serve(Path((hash, name)): Path<(String, String)>) -> Response {
    let current = address(&name) == format!("/assets/{hash}/{name}");
    let Some(file) = Dist::get(&name).filter(|_| current) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let content_type = mime_guess::from_path(&name).first_or_octet_stream();
    let headers = [
        (CONTENT_TYPE, content_type.essence_str().to_owned()),
        (CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
    ];
    (headers, file.data).into_response()
}
