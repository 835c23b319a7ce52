//! A part of a page that the server sends again whenever something happened.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt as _};
use tokio_util::sync::CancellationToken;

use super::PageError;

/// Facts come in bursts; one answer serves the burst.
const GATHER: Duration = Duration::from_millis(200);
/// Looks again without being told: a fact may have passed while nobody listened.
const LOOK_AGAIN: Duration = Duration::from_secs(20);
/// Browsers connect again, and are asked again who they are.
const LIFE: Duration = Duration::from_mins(5);

/// Sends what `render` gives, at once and after each notice, whenever it differs from the last.
/// Ends when `render` fails (signed out, not theirs any more) or the process drains.
pub fn live<N, R>(
    notices: impl Stream<Item = N> + Send + 'static,
    stop: CancellationToken,
    render: impl Fn() -> R + Send + 'static,
) -> impl IntoResponse
where
    N: Send,
    R: Future<Output = Result<String, PageError>> + Send,
{
    let updates = async_stream::stream! {
        let mut notices = pin!(notices);
        let mut end = pin!(tokio::time::sleep(LIFE));
        let mut shown = String::new();
        while let Ok(html) = render().await {
            if html != shown {
                yield Ok::<_, Infallible>(event(&html));
                shown = html;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = &mut end => break,
                notice = notices.next() => match notice {
                    Some(_) => tokio::time::sleep(GATHER).await,
                    None => break,
                },
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    };
    Sse::new(updates).keep_alive(KeepAlive::default())
}

/// A carriage return would end a line of the protocol.
fn event(html: &str) -> Event {
    Event::default().data(html.replace('\r', ""))
}
