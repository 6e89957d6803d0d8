//! wget as busybox has it.

use super::{Unconnected, Url, connect, headers, save, short, unknown, within};
use crate::practice::net::http::{self, Request};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line, seconds};

const WGET: [(&str, &str); 11] = [
    ("quiet", "q"),
    ("spider", "\u{2}"),
    ("output-document", "O"),
    ("timeout", "T"),
    ("tries", "t"),
    ("header", "\u{3}"),
    ("post-data", "\u{4}"),
    ("server-response", "S"),
    ("no-check-certificate", "\u{5}"),
    ("user-agent", "U"),
    ("continue", "c"),
];

pub(super) async fn wget(process: &Process, words: &[String]) -> Done {
    let words = short(words, &WGET);
    if let Some(option) = unknown(&words) {
        process.complain(format!("wget: unrecognized option '{option}'")).await;
        return Ok(1);
    }
    let line = Line::read(&words, "OTtPUY\u{3}\u{4}");
    let Some(address) = line.words.first() else {
        process.complain("wget: missing URL").await;
        return Ok(1);
    };
    let (url, quiet) = (Url::parse(address), line.has('q'));
    let limit = line.value('T').and_then(seconds).or(Some(900.0));
    let found = within(process, limit, connect(process, &url.host, url.port)).await;
    let (to, stream) = match found {
        Some(Ok(found)) => found,
        Some(Err(Unconnected::Name)) => {
            process.complain(format!("wget: bad address '{}'", url.authority)).await;
            return Ok(1);
        }
        Some(Err(Unconnected::Address(to, why))) => {
            if !quiet {
                process.complain(format!("Connecting to {} ({to}:{})", url.authority, url.port)).await;
            }
            process.complain(format!("wget: can't connect to remote host ({to}): {why}")).await;
            return Ok(1);
        }
        None => {
            process.complain("wget: download timed out").await;
            return Ok(1);
        }
    };
    if !quiet {
        process.complain(format!("Connecting to {} ({to}:{})", url.authority, url.port)).await;
    }
    if url.tls {
        process.complain("wget: the practice cluster's containers do not speak TLS").await;
        return Ok(1);
    }
    let spider = line.has('\u{2}');
    let mut request = Request::get(&url.authority, &url.target, line.value('U').unwrap_or("Wget"));
    if spider {
        "HEAD".clone_into(&mut request.method);
    }
    if let Some(data) = line.value('\u{4}') {
        "POST".clone_into(&mut request.method);
        request.body = data.as_bytes().to_vec();
    }
    headers(&mut request, &words, "-\u{3}");
    let Some(answer) = within(process, limit, http::ask(&stream, &request)).await else {
        process.complain("wget: download timed out").await;
        return Ok(1);
    };
    let Ok(response) = answer else {
        process.complain("wget: error getting response").await;
        return Ok(1);
    };
    if line.has('S') {
        process.complain(format!("  HTTP/1.1 {} {}", response.code, response.reason)).await;
    }
    if !(200..300).contains(&response.code) {
        process
            .complain(format!("wget: server returned error: HTTP/1.1 {} {}", response.code, response.reason))
            .await;
        return Ok(1);
    }
    if spider {
        if !quiet {
            process.complain("remote file exists").await;
        }
        return Ok(0);
    }
    let own = url
        .target
        .split('?')
        .next()
        .and_then(|path| path.rsplit('/').next())
        .filter(|name| !name.is_empty());
    save(
        process,
        "wget",
        line.value('O').unwrap_or_else(|| own.unwrap_or("index.html")),
        &response.body,
        quiet,
    )
    .await
}
