//! HTTP/1.1 as small as the cluster's programs speak it: one request, one answer, then the connection closes.

use super::Stream;

/// What a server is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    pub method: String,
    /// Path with query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    pub code: u16,
    /// `OK`, `Not Found`.
    pub reason: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The connection closed before an answer began.
    #[error("EOF")]
    Closed,
    #[error("malformed HTTP response")]
    Malformed,
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

impl Request {
    pub fn get(host: &str, target: &str, agent: &str) -> Self {
        let headers = [("Host", host), ("User-Agent", agent), ("Connection", "close")];
        Self {
            method: "GET".to_owned(),
            target: target.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: Vec::new(),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let sized = header(&self.headers, "content-length").is_some();
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() && !sized {
            text += &format!("Content-Length: {}\r\n", self.body.len());
        }
        text += "\r\n";
        [text.as_bytes(), &self.body].concat()
    }
}

impl Response {
    pub fn plain(code: u16, reason: &str, body: &str) -> Self {
        let headers = [
            ("Content-Type", "text/plain".to_owned()),
            ("Content-Length", body.len().to_string()),
            ("Connection", "close".to_owned()),
        ];
        Self {
            code,
            reason: reason.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            body: body.as_bytes().to_vec(),
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut text = format!("HTTP/1.1 {} {}\r\n", self.code, self.reason);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        [text.as_bytes(), b"\r\n", &self.body].concat()
    }

    /// The head as it came, for programs that print it.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// Head and the bytes after it; `None` when the other side closed first.
async fn head(stream: &Stream) -> Option<(Vec<String>, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        let end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .map(|at| (at, 4))
            .or_else(|| bytes.windows(2).position(|two| two == b"\n\n").map(|at| (at, 2)));
        if let Some((at, length)) = end {
            let lines = String::from_utf8_lossy(&bytes[..at]).lines().map(str::to_owned).collect();
            return Some((lines, bytes[at + length..].to_vec()));
        }
        let more = stream.input.read(65_536).await;
        if more.is_empty() {
            return None;
        }
        bytes.extend(more);
    }
}

fn headers(lines: &[String]) -> Vec<(String, String)> {
    lines
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

/// The rest of a body: as long as its header says, or until the end.
async fn body(stream: &Stream, mut bytes: Vec<u8>, length: Option<usize>) -> Vec<u8> {
    while length.is_none_or(|length| bytes.len() < length) {
        let more = stream.input.read(65_536).await;
        if more.is_empty() {
            break;
        }
        bytes.extend(more);
    }
    bytes
}

/// Reads a request; `None` when it never came.
pub async fn receive(stream: &Stream) -> Option<Request> {
    let (lines, rest) = head(stream).await?;
    let mut first = lines.first()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers = headers(&lines[1..]);
    let length = header(&headers, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let body = body(stream, rest, Some(length)).await;
    Some(Request { method, target, headers, body })
}

/// Asks and reads the answer.
///
/// # Errors
/// When the other side closes or does not speak HTTP.
pub async fn ask(stream: &Stream, request: &Request) -> Result<Response, Fault> {
    stream.output.write(&request.encode()).await.map_err(|_| Fault::Closed)?;
    let (lines, rest) = head(stream).await.ok_or(Fault::Closed)?;
    let first = lines.first().ok_or(Fault::Malformed)?;
    let status = first.strip_prefix("HTTP/").and_then(|line| line.split_once(' ')).ok_or(Fault::Malformed)?.1;
    let (code, reason) = status.split_once(' ').unwrap_or((status, ""));
    let headers = headers(&lines[1..]);
    let length = header(&headers, "content-length").and_then(|length| length.parse().ok());
    let body = if request.method == "HEAD" {
        Vec::new()
    } else {
        body(stream, rest, length).await
    };
    Ok(Response {
        code: code.parse().map_err(|_| Fault::Malformed)?,
        reason: reason.to_owned(),
        headers,
        body,
    })
}
