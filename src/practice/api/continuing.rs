//! Continue tokens: where a list in pages goes on (apiserver `storage/continue.go`).

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::json;
use crate::practice::status::Status;

/// As Go reads it: bits that are left over do not matter.
const LENIENT: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));
const VERSION: &str = "meta.k8s.io/v1";

/// Where a list goes on: the version it shows, and the last object it gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continue {
    /// `None`: whatever there is now.
    pub version: Option<u64>,
    pub namespace: String,
    pub name: String,
}

impl Continue {
    pub fn token(&self) -> String {
        let version = self.version.map_or(json!(-1), Value::from);
        let text = json!({"v": VERSION, "rv": version, "start": format!("{}/{}\0", self.namespace, self.name)});
        URL_SAFE_NO_PAD.encode(text.to_string())
    }

    /// Reads a token.
    ///
    /// # Errors
    /// 400 for what is none.
    pub fn parse(token: &str) -> Result<Self, Status> {
        let refuse = |why: String| Status::bad_request(format!("invalid continue token: continue key is not valid: {why}"));
        let strange = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte);
        let bytes = LENIENT.decode(token).map_err(|_| {
            let at = token.bytes().position(|byte| strange(&byte)).unwrap_or(token.len());
            refuse(format!("illegal base64 data at input byte {at}"))
        })?;
        let value = json::read(&bytes).map_err(&refuse)?;
        let (format, version) = (value["v"].as_str().unwrap_or_default(), value["rv"].as_i64().unwrap_or_default());
        if format != VERSION {
            return Err(refuse(format!("server does not recognize this encoded version {format:?}")));
        }
        if version == 0 {
            return Err(refuse(format!("incorrect encoded start resourceVersion (version {VERSION})")));
        }
        let start = value["start"].as_str().unwrap_or_default().trim_end_matches('\0');
        if start.is_empty() {
            return Err(refuse(format!("encoded start key empty (version {VERSION})")));
        }
        let (namespace, name) = start.rsplit_once('/').unwrap_or(("", start));
        Ok(Self {
            version: u64::try_from(version).ok(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_where_to_go_on() {
        for version in [Some(7), None] {
            let at = Continue {
                version,
                namespace: "lab".to_owned(),
                name: "a".to_owned(),
            };
            assert_eq!(Continue::parse(&at.token()).unwrap(), at);
        }
    }

    #[test]
    fn what_is_no_token_is_a_bad_request() {
        let told = |token: &str| Continue::parse(token).unwrap_err().message;
        let start = "invalid continue token: continue key is not valid: ";
        assert_eq!(told("%%"), format!("{start}illegal base64 data at input byte 0"));
        assert_eq!(told("bad"), format!("{start}invalid character 'm' looking for beginning of value"));
        assert_eq!(told("e30"), format!("{start}server does not recognize this encoded version \"\""));
    }
}
