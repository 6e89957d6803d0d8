//! curl, in the images that have it.

use super::{Unconnected, Url, connect, headers, save, short, unknown, within};
use crate::practice::net::http::{self, Request, Response};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line, escape, seconds};

const CURL: [(&str, &str); 16] = [
    ("silent", "s"),
    ("show-error", "S"),
    ("fail", "f"),
    ("head", "I"),
    ("include", "i"),
    ("output", "o"),
    ("request", "X"),
    ("header", "H"),
    ("data", "d"),
    ("max-time", "m"),
    ("connect-timeout", "m"),
    ("write-out", "w"),
    ("location", "L"),
    ("insecure", "k"),
    ("verbose", "v"),
    ("retry", "\u{2}"),
];

pub(super) async fn curl(process: &Process, words: &[String]) -> Done {
    let words = short(words, &CURL);
    if let Some(option) = unknown(&words) {
        process.complain(format!("curl: option {option}: the practice cluster does not know it")).await;
        return Ok(2);
    }
    let line = Line::read(&words, "oXHdmwuAe\u{2}");
    let Some(address) = line.words.first() else {
        process.complain("curl: (2) no URL specified").await;
        return Ok(2);
    };
    let url = Url::parse(address);
    let (code, why) = match curled(process, &line, &words, &url).await {
        Ok(response) => return received(process, &line, &response).await,
        Err(failed) => failed,
    };
    if !line.has('s') || line.has('S') {
        process.complain(format!("curl: ({code}) {why}")).await;
    }
    if let Some(format) = line.value('w') {
        process.print(written(format, 0)).await?;
    }
    Ok(code)
}

async fn curled(process: &Process, line: &Line, words: &[String], url: &Url) -> Result<Response, (i32, String)> {
    let (begin, limit) = (process.kernel.now(), line.value('m').and_then(seconds));
    let took = || process.kernel.now().duration_since(begin).as_millis();
    let late = |took: i128| (28, format!("Connection timed out after {took} milliseconds"));
    let stream = match within(process, limit, connect(process, &url.host, url.port)).await {
        Some(Ok((_, stream))) => stream,
        Some(Err(Unconnected::Name)) => return Err((6, format!("Could not resolve host: {}", url.host))),
        Some(Err(Unconnected::Address(..))) => {
            return Err((
                7,
                format!(
                    "Failed to connect to {} port {} after {} ms: Could not connect to server",
                    url.host,
                    url.port,
                    took()
                ),
            ));
        }
        None => return Err(late(took())),
    };
    if url.tls {
        return Err((35, "the practice cluster's containers do not speak TLS".to_owned()));
    }
    let mut request = Request::get(&url.authority, &url.target, "curl/8.11.0");
    request.headers.push(("Accept".to_owned(), "*/*".to_owned()));
    if line.has('I') {
        "HEAD".clone_into(&mut request.method);
    }
    if let Some(data) = line.value('d') {
        "POST".clone_into(&mut request.method);
        request.body = data.as_bytes().to_vec();
    }
    if let Some(method) = line.value('X') {
        method.clone_into(&mut request.method);
    }
    headers(&mut request, words, "-H");
    match within(process, limit, http::ask(&stream, &request)).await {
        Some(Ok(response)) if line.has('f') && response.code >= 400 => Err((22, format!("The requested URL returned error: {}", response.code))),
        Some(Ok(response)) => Ok(response),
        Some(Err(_)) => Err((52, "Empty reply from server".to_owned())),
        None => Err(late(took())),
    }
}

/// What `-w` prints.
fn written(format: &str, code: u16) -> String {
    let text = format
        .replace("%{http_code}", &format!("{code:03}"))
        .replace("%{response_code}", &format!("{code:03}"));
    escape::unescape(&text, true).0
}

async fn received(process: &Process, line: &Line, response: &Response) -> Done {
    if line.has('I') || line.has('i') {
        let headers: String = response.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        process
            .print(format!("HTTP/1.1 {} {}\r\n{headers}\r\n", response.code, response.reason))
            .await?;
    }
    let code = match line.value('o') {
        Some("/dev/null") => 0,
        Some(path) => save(process, "curl", path, &response.body, true).await?,
        None => process.print(&response.body).await.map(|()| 0)?,
    };
    if let Some(format) = line.value('w') {
        process.print(written(format, response.code)).await?;
    }
    Ok(code)
}
