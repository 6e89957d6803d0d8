//! Programs that speak to others over the cluster's network: wget, curl, nc, nslookup.

use std::time::Duration;

use futures::future::{Either, select};

use super::{Done, Line, seconds};
use crate::practice::net::http::{self, Request, Response};
use crate::practice::net::{Listener, NoRoute, Stream, dns};
use crate::practice::runtime::hold;
use crate::practice::runtime::kernel::Call;
use crate::practice::runtime::process::{File, Process};

pub(super) const NAMES: &[&str] = &["httpd", "nc", "nslookup", "wget"];

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    match name {
        "wget" => wget(process, words).await,
        "curl" => curl(process, words).await,
        "nslookup" => nslookup(process, words).await,
        "httpd" => super::httpd::run(process, words).await,
        _ => nc(process, words).await,
    }
}

/// Where a URL points.
struct Url {
    tls: bool,
    host: String,
    port: u16,
    target: String,
    /// Host with the port when it was written, for the Host header.
    authority: String,
}

impl Url {
    fn parse(text: &str) -> Self {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let tls = scheme.eq_ignore_ascii_case("https");
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(at);
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().unwrap_or(80)),
            None => (authority, if tls { 443 } else { 80 }),
        };
        Self {
            tls,
            host: host.to_owned(),
            port,
            target: if target.starts_with('/') { target.to_owned() } else { format!("/{target}") },
            authority: authority.to_owned(),
        }
    }
}

/// Why a program could not connect.
enum Unconnected {
    Name,
    Address(String, NoRoute),
}

async fn resolve(process: &Process, host: &str) -> Result<Vec<String>, NoRoute> {
    process.kernel.ask(|slot| Call::Resolve(host.to_owned(), slot)).await
}

async fn connect(process: &Process, host: &str, port: u16) -> Result<(String, Stream), Unconnected> {
    let addresses = resolve(process, host).await.map_err(|_| Unconnected::Name)?;
    let address = addresses.into_iter().next().ok_or(Unconnected::Name)?;
    let to = address.clone();
    let answer = process.kernel.ask(|slot| Call::Connect(to, port, slot)).await;
    answer.map(|stream| (address.clone(), stream)).map_err(|why| Unconnected::Address(address, why))
}

/// Within so many seconds, or `None`.
async fn within<T>(process: &Process, limit: Option<f64>, work: impl Future<Output = T> + Send) -> Option<T> {
    let Some(limit) = limit.filter(|limit| *limit > 0.0) else {
        return Some(work.await);
    };
    let end = Box::pin(process.kernel.sleep(Duration::from_secs_f64(limit)));
    match select(Box::pin(work), end).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// `--name=value` and `--name value` become their letters.
fn short(words: &[String], names: &[(&str, &str)]) -> Vec<String> {
    let letter = |word: &String| {
        let Some(long) = word.strip_prefix("--").filter(|long| !long.is_empty()) else {
            return word.clone();
        };
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        match names.iter().find(|(known, _)| *known == name) {
            Some((_, letter)) => format!("-{letter}{}", value.unwrap_or_default()),
            None => format!("-\u{1}{long}"),
        }
    };
    words.iter().map(letter).collect()
}

/// The long option nobody here knows.
fn unknown(words: &[String]) -> Option<String> {
    words.iter().find_map(|word| word.strip_prefix("-\u{1}").map(|long| format!("--{long}")))
}

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

async fn wget(process: &Process, words: &[String]) -> Done {
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

/// The headers given with an option: `-H 'Name: value'`, or joined to it.
fn headers(request: &mut Request, words: &[String], option: &str) {
    for (at, word) in words.iter().enumerate() {
        let Some(text) = word.strip_prefix(option) else { continue };
        let text = if text.is_empty() {
            words.get(at + 1).map_or("", String::as_str)
        } else {
            text
        };
        if let Some((name, value)) = text.split_once(':') {
            request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            request.headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

/// Puts what was fetched where it is wanted.
async fn save(process: &Process, name: &str, path: &str, body: &[u8], quiet: bool) -> Done {
    if path == "-" {
        if !quiet {
            process.complain("writing to stdout").await;
        }
        process.print(body).await?;
    } else {
        let mut child = process.clone();
        match process.create(path, false) {
            Ok(file) => drop(child.files.insert(1, file)),
            Err(fault) => {
                process.complain(format!("{name}: can't open '{path}': {fault}")).await;
                return Ok(1);
            }
        }
        if !quiet {
            process.complain(format!("saving to '{path}'")).await;
        }
        child.print(body).await?;
    }
    if !quiet {
        let shown = if path == "-" { "-" } else { path };
        let done = if path == "-" {
            "written to stdout".to_owned()
        } else {
            format!("'{path}' saved")
        };
        process
            .complain(format!("{shown:<20} 100% |{}| {:>5}  0:00:00 ETA\n{done}", "*".repeat(32), body.len()))
            .await;
    }
    Ok(0)
}

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

async fn curl(process: &Process, words: &[String]) -> Done {
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
    super::escape::unescape(&text, true).0
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

async fn nslookup(process: &Process, words: &[String]) -> Done {
    let Some(name) = words.iter().find(|word| !word.starts_with('-')) else {
        process.complain("Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]").await;
        return Ok(1);
    };
    let head = format!("Server:\t\t{0}\nAddress:\t{0}:53\n\n", dns::SERVER);
    // A name with a dot is asked for as it is; any other with each of the search list, for IPv4 and then for IPv6.
    let names = if name.contains('.') {
        vec![name.trim_end_matches('.').to_owned()]
    } else {
        dns::searched(name, &process.kernel.facts.namespace)
    };
    let (mut text, mut missing) = (head, false);
    for family in [4, 6] {
        for name in &names {
            match resolve(process, &format!("{name}.")).await {
                Ok(addresses) if family == 4 => {
                    text += &format!("Name:\t{name}\n");
                    text.extend(addresses.iter().map(|address| format!("Address: {address}\n")));
                    text.push('\n');
                }
                Ok(_) => text.push('\n'),
                Err(NoRoute::Deaf) => {
                    process.complain(";; connection timed out; no servers could be reached\n").await;
                    return Ok(1);
                }
                Err(_) => {
                    missing = true;
                    text += &format!("** server can't find {name}: {}\n\n", if dns::is_ours(name) { "NXDOMAIN" } else { "SERVFAIL" });
                }
            }
        }
    }
    process.print(text).await?;
    Ok(i32::from(missing))
}

async fn nc(process: &Process, words: &[String]) -> Done {
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
    if super::find(process, &argv[0]).is_err() {
        process.complain(format!("nc: can't execute '{}': No such file or directory", argv[0])).await;
        return 127;
    }
    let mut child = process.clone();
    let socket = File::Socket(stream.input.clone(), stream.output.clone());
    child.files.extend([(0, socket.clone()), (1, socket)]);
    let pid = child.spawn(argv.clone(), |process| super::execute(process, argv));
    drop(child);
    process.wait(pid, false).await.unwrap_or(127)
}
