//! Programs that speak to others over the cluster's network: wget, curl, nc, nslookup.

mod curl;
mod nc;
mod nslookup;
mod wget;

use std::time::Duration;

use futures::future::{Either, select};

use super::Done;
use crate::practice::net::http::Request;
use crate::practice::net::{NoRoute, Stream};
use crate::practice::runtime::kernel::Call;
use crate::practice::runtime::process::Process;

pub(super) const NAMES: &[&str] = &["httpd", "nc", "nslookup", "wget"];

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    match name {
        "wget" => wget::wget(process, words).await,
        "curl" => curl::curl(process, words).await,
        "nslookup" => nslookup::nslookup(process, words).await,
        "httpd" => super::httpd::run(process, words).await,
        _ => nc::nc(process, words).await,
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
