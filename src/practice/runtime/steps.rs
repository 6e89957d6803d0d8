//! What an image's own process does: the steps its catalogue entry declares, in order, until it is told to stop.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::{Either, select};

use super::hold;
use super::kernel::Call;
use super::process::Process;
use crate::image::Step;
use crate::practice::field::milli;
use crate::practice::net::http::{self, Response};
use crate::practice::net::{Listener, Stream};

/// Runs the steps; a signal to stop ends the process with 0.
pub async fn run(process: Process, steps: &[Step], given: &[String]) -> i32 {
    if let Some(known) = hold(&process.kernel.table).get_mut(&process.pid) {
        known.caught.extend([2, 15]);
    }
    let (work, told) = (Box::pin(work(&process, steps, given)), Box::pin(signalled(&process)));
    match select(work, told).await {
        Either::Left((code, _)) => code,
        Either::Right(_) => 0,
    }
}

/// Waits until a signal comes.
async fn signalled(process: &Process) {
    std::future::poll_fn(|context| {
        let mut table = hold(&process.kernel.table);
        match table.get_mut(&process.pid) {
            Some(known) if known.pending.is_empty() => {
                known.waiting.push(context.waker().clone());
                std::task::Poll::Pending
            }
            _ => std::task::Poll::Ready(()),
        }
    })
    .await;
}

async fn work(process: &Process, steps: &[Step], given: &[String]) -> i32 {
    let mut held = Vec::new();
    let mut serves = false;
    for step in steps {
        match step {
            // Nobody reads: the process goes on all the same.
            Step::Log(text) => drop(process.print(format!("{text}\n")).await),
            Step::NeedEnv(needs) => {
                if unmet(process, needs, |name| process.env.get(name).is_some_and(|value| !value.is_empty())).await {
                    return 1;
                }
            }
            Step::NeedFile(needs) => {
                if unmet(process, needs, |path| process.kernel.files.get(path).is_ok()).await {
                    return 1;
                }
            }
            Step::NeedArg(needs) => {
                if unmet(process, needs, |arg| given.iter().any(|word| word == arg)).await {
                    return 1;
                }
            }
            Step::Sleep(seconds) => process.kernel.sleep(Duration::from_secs(*seconds)).await,
            Step::Use(quantity) => {
                let bytes = u64::try_from(milli(&quantity.as_str().into()) / 1000).unwrap_or(0);
                held.push(process.kernel.take(bytes).await);
            }
            Step::Exit(code) => return *code,
            Step::Serve(ports) => {
                serves = true;
                for (port, paths) in ports {
                    serve(process, *port, paths.clone());
                }
            }
            Step::Stay => std::future::pending().await,
        }
    }
    if serves {
        std::future::pending().await
    }
    0
}

/// Says what the first unmet need says, if there is one.
async fn unmet(process: &Process, needs: &BTreeMap<String, String>, met: impl Fn(&str) -> bool) -> bool {
    match needs.iter().find(|(name, _)| !met(name)) {
        Some((_, complaint)) => {
            process.complain(complaint).await;
            true
        }
        None => false,
    }
}

/// Listens on a port: 200 on the paths, 404 elsewhere.
fn serve(process: &Process, port: u16, paths: Vec<String>) {
    let listener = Listener::default();
    hold(&process.kernel.network.listeners).insert(port, listener.clone());
    let kernel = process.kernel.clone();
    let accept = async move {
        loop {
            let (stream, paths) = (listener.accept().await, paths.clone());
            kernel.call(Call::Spawn(0, Box::pin(answer(stream, paths))));
        }
    };
    process.kernel.call(Call::Spawn(0, Box::pin(accept)));
}

async fn answer(stream: Stream, paths: Vec<String>) {
    let Some(request) = http::receive(&stream).await else { return };
    let path = request.target.split('?').next().unwrap_or_default();
    let response = if paths.iter().any(|known| known == path) {
        Response::plain(200, "OK", "ok\n")
    } else {
        Response::plain(404, "Not Found", "not found\n")
    };
    // Who asked may be gone.
    let _ = stream.output.write(&response.encode()).await;
}
