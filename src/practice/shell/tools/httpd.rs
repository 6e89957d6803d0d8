//! busybox's web server: the files of a folder over HTTP.

use super::{Done, Line};
use crate::practice::net::http::{self, Response};
use crate::practice::net::{Listener, Stream};
use crate::practice::runtime::hold;
use crate::practice::runtime::kernel::Call;
use crate::practice::runtime::process::{File, Process};

pub(super) async fn run(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "phucrdm");
    let port = line
        .value('p')
        .map_or(Some(80), |port| port.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()));
    let Some(port) = port else {
        process.complain(format!("httpd: bad port '{}'", line.value('p').unwrap_or_default())).await;
        return Ok(1);
    };
    let folder = process.path(line.value('h').unwrap_or("."));
    if !process.kernel.files.is_folder(&folder) {
        process
            .complain(format!("httpd: can't change directory to '{folder}': No such file or directory"))
            .await;
        return Ok(1);
    }
    if hold(&process.kernel.network.listeners).contains_key(&port) {
        process.complain("httpd: bind: Address already in use").await;
        return Ok(1);
    }
    if line.has('f') {
        serve(process.clone(), folder, port).await;
        return Ok(0);
    }
    let argv = [&["httpd".to_owned()], words].concat();
    process.spawn(argv, |mut process| async move {
        // A daemon lets go of what it was started with.
        process.files = [0, 1, 2].into_iter().map(|fd| (fd, File::Null)).collect();
        serve(process, folder, port).await;
        0
    });
    Ok(0)
}

async fn serve(process: Process, folder: String, port: u16) {
    let listener = Listener::default();
    hold(&process.kernel.network.listeners).insert(port, listener.clone());
    loop {
        let (stream, own, folder) = (listener.accept().await, process.clone(), folder.clone());
        process
            .kernel
            .call(Call::Spawn(process.pid, Box::pin(async move { answer(&own, &stream, &folder).await })));
    }
}

async fn answer(process: &Process, stream: &Stream, folder: &str) {
    let Some(request) = http::receive(stream).await else { return };
    let path = request.target.split('?').next().unwrap_or_default();
    let mut full = format!("{folder}{}", crate::practice::runtime::files::clean(path));
    if process.kernel.files.is_folder(&full) {
        full = format!("{}/index.html", full.trim_end_matches('/'));
    }
    let response = match process.kernel.files.content(&full) {
        Ok(content) => Response::plain(200, "OK", &content.text()),
        Err(_) => Response::plain(
            404,
            "Not Found",
            "<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>\n<BODY><H1>404 Not Found</H1>\nThe requested URL was not found\n</BODY></HTML>\n",
        ),
    };
    // Who asked may be gone.
    let _ = stream.output.write(&response.encode()).await;
}
