//! nc: speaks to a port, or listens on one.

use super::{Unconnected, connect, within};
use crate::practice::net::{Listener, Stream};
use crate::practice::runtime::hold;
use crate::practice::runtime::kernel::Call;
use crate::practice::runtime::process::{File, Process};
use crate::practice::shell::tools::{Done, Line, execute, find, seconds};

pub(super) async fn nc(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "pwieosqc");
    if line.has('l') {
        let port = line
            .value('p')
            .or_else(|| line.words.last().map(String::as_str))
            .and_then(|port| port.parse::<u16>().ok());
        let Some(port) = port else {
            process.complain("nc: bad local port").await;
            return Ok(1);
        };
        // `-ll` is an old way to write `-lk`.
        let again = line.has('k') || words.iter().any(|word| word.starts_with("-ll"));
        return serve(process, &line, port, again).await;
    }
    let (Some(host), Some(port)) = (line.words.first(), line.words.get(1).and_then(|port| port.parse::<u16>().ok())) else {
        process
            .complain("Usage: nc [OPTIONS] HOST PORT  - connect\nnc [OPTIONS] -l -p PORT [HOST] [PORT]  - listen")
            .await;
        return Ok(1);
    };
    match within(process, line.value('w').and_then(seconds), connect(process, host, port)).await {
        Some(Ok((address, _))) if line.has('z') => {
            if line.has('v') {
                process.complain(format!("{host} ({address}:{port}) open")).await;
            }
            Ok(0)
        }
        Some(Ok((_, stream))) => talk(process, stream).await,
        Some(Err(Unconnected::Name)) => {
            process.complain(format!("nc: bad address '{host}'")).await;
            Ok(1)
        }
        Some(Err(Unconnected::Address(address, why))) => {
            if line.has('v') || !line.has('z') {
                process.complain(format!("nc: {host} ({address}:{port}): {why}")).await;
            }
            Ok(1)
        }
        None => {
            process.complain("nc: timed out").await;
            Ok(1)
        }
    }
}

/// Carries stdin there and what comes back to stdout, until the other side closes.
async fn talk(process: &Process, stream: Stream) -> Done {
    let (there, back) = (stream.output, stream.input);
    let own = process.clone();
    let send = async move {
        loop {
            let chunk = own.read(0, 65_536).await;
            if chunk.is_empty() || there.write(&chunk).await.is_err() {
                return;
            }
        }
    };
    process.kernel.call(Call::Spawn(process.pid, Box::pin(send)));
    loop {
        let chunk = back.read(65_536).await;
        if chunk.is_empty() {
            return Ok(0);
        }
        process.print(chunk).await?;
    }
}

async fn serve(process: &Process, line: &Line, port: u16, again: bool) -> Done {
    let listener = Listener::default();
    hold(&process.kernel.network.listeners).insert(port, listener.clone());
    let program: Option<Vec<String>> = line.value('e').map(|program| [vec![program.to_owned()], line.words.clone()].concat());
    loop {
        let stream = listener.accept().await;
        let code = match &program {
            Some(argv) => answered(process, &stream, argv.clone()).await,
            None => talk(process, stream).await?,
        };
        if !again {
            hold(&process.kernel.network.listeners).remove(&port);
            return Ok(code);
        }
    }
}

/// A program that speaks with whoever connected.
async fn answered(process: &Process, stream: &Stream, argv: Vec<String>) -> i32 {
    if find(process, &argv[0]).is_err() {
        process.complain(format!("nc: can't execute '{}': No such file or directory", argv[0])).await;
        return 127;
    }
    let mut child = process.clone();
    let socket = File::Socket(stream.input.clone(), stream.output.clone());
    child.files.extend([(0, socket.clone()), (1, socket)]);
    let pid = child.spawn(argv.clone(), |process| execute(process, argv));
    drop(child);
    process.wait(pid, false).await.unwrap_or(127)
}
