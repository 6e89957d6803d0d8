//! Requests that programs in pods make: carried to the API server in the name of their ServiceAccount.

use axum::body::Body;
use axum::http::{Request, header};
use futures::StreamExt;
use tower::ServiceExt;

use crate::practice::cluster::Practice;
use crate::practice::net::{ApiAnswer, ApiCall};
use crate::practice::runtime::pipe::pipe;
use crate::practice::runtime::task::Slot;
use crate::practice::user::User;
use crate::practice::world::World;

/// An answer is not longer than this; what is ends there.
const LONGEST: usize = 8 << 20;

/// Asks and hands the answer to the program; a watch goes on until the program or the cluster ends.
pub async fn carry(practice: Practice, call: ApiCall, slot: Slot<ApiAnswer>) {
    let (media, body) = call.body.unwrap_or(("application/json", String::new()));
    let request = Request::builder()
        .method(call.method)
        .uri(&call.path)
        .header(header::ACCEPT, call.accept)
        .header(header::CONTENT_TYPE, media)
        .header(header::USER_AGENT, "kubectl")
        .extension(User::named(&call.user))
        .body(Body::from(body));
    let Ok(request) = request else { return refused(&practice, slot) };
    let Ok(response) = practice.router().oneshot(request).await;
    let code = response.status().as_u16();
    let watches = call.path.contains("watch=true") && code == 200;
    if !watches {
        let bytes = axum::body::to_bytes(response.into_body(), LONGEST).await.unwrap_or_default();
        slot.answer(ApiAnswer {
            code,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            stream: None,
        });
        return practice.write(World::turn);
    }
    let (reader, writer) = pipe();
    slot.answer(ApiAnswer {
        code,
        body: serde_json::Value::Null,
        stream: Some(reader),
    });
    practice.write(World::turn);
    // The cluster may end while the watch is open.
    let cluster = practice.weak();
    drop(practice);
    let mut stream = response.into_body().into_data_stream();
    while let Some(Ok(bytes)) = stream.next().await {
        let Some(practice) = cluster.upgrade().filter(|_| writer.heard()) else {
            return;
        };
        writer.push(&bytes);
        practice.write(World::turn);
    }
    drop(writer);
    if let Some(practice) = cluster.upgrade() {
        practice.write(World::turn);
    }
}

/// A path that is none.
fn refused(practice: &Practice, slot: Slot<ApiAnswer>) {
    slot.answer(ApiAnswer {
        code: 400,
        body: crate::practice::status::Status::bad_request("invalid path").body(),
        stream: None,
    });
    practice.write(World::turn);
}
