//! `/exec` and `/attach`: a program's streams over a WebSocket, by the protocols `v5.channel.k8s.io` and before it.

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::answer;
use super::call::Call;
use super::path::Resource;
use crate::practice::cluster::Practice;
use crate::practice::runtime::session::{Exec, Output, Refused, Session};
use crate::practice::status::Status;

/// Newest first; the first that the client speaks is taken.
const PROTOCOLS: [&str; 4] = ["v5.channel.k8s.io", "v4.channel.k8s.io", "v3.channel.k8s.io", "channel.k8s.io"];
const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
/// A message on this channel names one that is to be closed (version 5).
const CLOSE: u8 = 255;
/// How much a client may send at once.
const FRAME: usize = 1024 * 1024;

/// Answers a request to run a program in a container, or to follow the one that runs.
pub fn serve(practice: &Practice, at: &Resource, call: Call) -> Result<Response, Status> {
    let exec = Exec {
        container: call.param("container").to_owned(),
        command: call.params("command").map(str::to_owned).collect(),
        stdin: call.flag("stdin"),
        tty: call.flag("tty"),
    };
    let started = match at.sub.as_str() {
        "attach" => practice.attach(at.ns(), &at.name, &exec),
        _ => practice.exec(at.ns(), &at.name, &exec),
    };
    let session = match started {
        Err(Refused::Server(status)) => return Err(status),
        _ if call.upgrade.is_none() && !call.headers.contains_key(header::UPGRADE) => return Err(Status::bad_request("Upgrade request required")),
        _ if at.sub == "exec" && exec.command.is_empty() => {
            return Err(Status::bad_request("you must specify at least one command for the container"));
        }
        // The kubelet speaks in plain text.
        Err(Refused::Kubelet(why)) => return Ok(answer::typed(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", why)),
        Err(Refused::Runtime(why)) => Err(why),
        Ok(session) => Ok(session),
    };
    let Some(upgrade) = call.upgrade else {
        return Err(Status::bad_request("Upgrade request required"));
    };
    let tty = exec.tty;
    Ok(upgrade.max_message_size(FRAME).protocols(PROTOCOLS).on_upgrade(move |socket| async move {
        match session {
            Ok(session) => converse(socket, session, tty).await,
            // The kubelet's error, in the API server's.
            Err(why) => drop(finish(socket, &Status::internal(format!("Internal error occurred: {why}")).body()).await),
        }
    }))
}

/// Carries bytes both ways until the program ends or the client goes.
async fn converse(mut socket: WebSocket, mut session: Session, tty: bool) {
    loop {
        tokio::select! {
            output = session.next() => {
                let sent = match output {
                    Some(Output::Stdout(bytes)) => send(&mut socket, STDOUT, &bytes).await,
                    Some(Output::Stderr(bytes)) => send(&mut socket, if tty { STDOUT } else { STDERR }, &bytes).await,
                    Some(Output::Exit(code)) => return drop(finish(socket, &ended(code)).await),
                    None => return,
                };
                if sent.is_err() {
                    return;
                }
            }
            message = socket.recv() => match message {
                Some(Ok(message)) => heard(&mut session, &message),
                _ => return,
            }
        }
    }
}

/// What the client sends: input, its end, or the size of its window.
fn heard(session: &mut Session, message: &Message) {
    let bytes: &[u8] = match message {
        Message::Binary(bytes) => bytes,
        Message::Text(text) => text.as_bytes(),
        _ => return,
    };
    match bytes {
        [STDIN, input @ ..] => session.write(input),
        [CLOSE, STDIN] => session.close(),
        _ => {}
    }
}

async fn send(socket: &mut WebSocket, channel: u8, bytes: &[u8]) -> Result<(), axum::Error> {
    let message = [&[channel], bytes].concat();
    socket.send(Message::Binary(Bytes::from(message))).await
}

/// The last message, and the end of the connection.
async fn finish(mut socket: WebSocket, status: &Value) -> Result<(), axum::Error> {
    send(&mut socket, ERROR, status.to_string().as_bytes()).await?;
    let close = CloseFrame {
        code: close_code::NORMAL,
        reason: "".into(),
    };
    socket.send(Message::Close(Some(close))).await
}

fn ended(code: i32) -> Value {
    if code == 0 {
        return json!({"metadata": {}, "status": "Success"});
    }
    json!({"metadata": {}, "status": "Failure", "message": format!("command terminated with non-zero exit code: exit status {code}"),
        "reason": "NonZeroExitCode", "details": {"causes": [{"reason": "ExitCode", "message": code.to_string()}]}})
}
