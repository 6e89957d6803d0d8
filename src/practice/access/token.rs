//! Tokens of service accounts: JWTs in form, sealed with keys that no one outside this process has.

use std::hash::{BuildHasher, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::practice::kind::{SECRET, SERVICE_ACCOUNT};
use crate::practice::user::User;
use crate::practice::world::World;

/// Who issues the tokens, and for whom when nobody else is named.
pub const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";

/// The keys that seal tokens, made anew with every cluster.
#[derive(Debug, Default)]
pub struct Seal([RandomState; 4]);

impl Seal {
    fn mark(&self, text: &str) -> String {
        let bytes: Vec<u8> = self.0.iter().flat_map(|key| key.hash_one(text).to_be_bytes()).collect();
        encode(&bytes)
    }
}

/// A token of a service account for some seconds; `bound` is the reference of the object it ends with.
#[must_use]
pub fn issue(world: &mut World, account: &Value, seconds: i64, audiences: &[String], bound: &Value) -> String {
    let metadata = &account["metadata"];
    let now = world.now.as_second();
    let mut about = json!({"namespace": metadata["namespace"], "serviceaccount": {"name": metadata["name"], "uid": metadata["uid"]}});
    if let Some(kind) = bound["kind"].as_str() {
        about[kind.to_lowercase()] = json!({"name": bound["name"], "uid": bound["uid"]});
    }
    let named = |field: &str| metadata[field].as_str().unwrap_or_default();
    let claims = json!({"aud": audiences, "exp": now + seconds, "iat": now, "iss": ISSUER, "jti": world.uid(), "kubernetes.io": about, "nbf": now,
        "sub": format!("system:serviceaccount:{}:{}", named("namespace"), named("name"))});
    sealed(world, &claims)
}

fn sealed(world: &World, claims: &Value) -> String {
    let body = format!("{}.{}", encode(br#"{"alg":"HS256","kid":"klab"}"#), encode(claims.to_string().as_bytes()));
    let mark = world.seal.mark(&body);
    format!("{body}.{mark}")
}

/// What the claims of tokens that last as long as their Secret begin with (`pkg/serviceaccount/legacy.go`).
const LASTING: &str = "kubernetes.io/serviceaccount/";

/// The token that a Secret keeps for a service account.
#[must_use]
pub fn lasting(world: &World, account: &Value, secret: &Value) -> String {
    let metadata = &account["metadata"];
    let named = |field: &str| metadata[field].as_str().unwrap_or_default();
    let claim = |name: &str| format!("{LASTING}{name}");
    sealed(
        world,
        &json!({"iss": "kubernetes/serviceaccount", claim("namespace"): metadata["namespace"], claim("secret.name"): secret["metadata"]["name"],
            claim("service-account.name"): metadata["name"], claim("service-account.uid"): metadata["uid"],
            "sub": format!("system:serviceaccount:{}:{}", named("namespace"), named("name"))}),
    )
}

/// Whose token it is, while it lasts and its account is the one it was issued for.
#[must_use]
pub fn user(world: &World, token: &str) -> Option<User> {
    let (body, mark) = token.rsplit_once('.')?;
    if world.seal.mark(body) != mark {
        return None;
    }
    let claims: Value = serde_json::from_slice(&decode(body.split_once('.')?.1)?).ok()?;
    let about = &claims["kubernetes.io"];
    if about.is_null() {
        return lasting_user(world, &claims, token);
    }
    let account = world
        .store
        .get(&SERVICE_ACCOUNT, about["namespace"].as_str()?, about["serviceaccount"]["name"].as_str()?)?;
    let lasts = claims["exp"].as_i64()? > world.now.as_second();
    (lasts && account["metadata"]["uid"] == about["serviceaccount"]["uid"]).then(|| known(&claims))
}

/// The user of a token that lasts while its Secret is there and holds it.
fn lasting_user(world: &World, claims: &Value, token: &str) -> Option<User> {
    let said = |name: &str| claims[format!("{LASTING}{name}")].as_str();
    let namespace = said("namespace")?;
    let secret = world.store.get(&SECRET, namespace, said("secret.name")?)?;
    let account = world.store.get(&SERVICE_ACCOUNT, namespace, said("service-account.name")?)?;
    let held = STANDARD.decode(secret["data"]["token"].as_str()?).ok()?;
    if held != token.as_bytes() || account["metadata"]["uid"].as_str() != said("service-account.uid") {
        return None;
    }
    let mut user = User::named(claims["sub"].as_str()?);
    user.uid = said("service-account.uid")?.to_owned();
    Some(user)
}

/// The user that a token's claims tell of.
fn known(claims: &Value) -> User {
    let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let about = &claims["kubernetes.io"];
    let mut user = User::named(&said(&claims["sub"]));
    user.uid = said(&about["serviceaccount"]["uid"]);
    let mut add = |key: &str, value: String| {
        user.extra.insert(format!("authentication.kubernetes.io/{key}"), vec![value]);
    };
    add("credential-id", format!("JTI={}", said(&claims["jti"])));
    for kind in ["pod", "node"].into_iter().filter(|kind| about[*kind].is_object()) {
        add(&format!("{kind}-name"), said(&about[kind]["name"]));
        add(&format!("{kind}-uid"), said(&about[kind]["uid"]));
    }
    user
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 for URLs, without padding.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            text.push(DIGITS[(word >> (18 - 6 * digit) & 63) as usize] as char);
        }
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .bytes()
        .map(|byte| DIGITS.iter().position(|digit| *digit == byte).and_then(|digit| u32::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let chunk = |chunk: &[u32]| {
        let word = chunk.iter().fold(0, |word, digit| word << 6 | digit) << (6 * (4 - chunk.len()));
        word.to_be_bytes()[1..chunk.len()].to_vec()
    };
    Some(digits.chunks(4).flat_map(chunk).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Catalogue;

    #[test]
    fn a_token_names_its_account_until_it_ends() {
        let mut world = World::new(jiff::Timestamp::UNIX_EPOCH, 1, Catalogue::new());
        let account = json!({"metadata": {"name": "robot", "namespace": "lab", "uid": "u"}});
        world.store.put(&SERVICE_ACCOUNT, account.clone());
        let token = issue(&mut world, &account, 600, &[ISSUER.to_owned()], &Value::Null);
        assert!(token.starts_with("eyJ"));
        let robot = user(&world, &token).unwrap();
        assert_eq!((robot.name.as_str(), robot.uid.as_str()), ("system:serviceaccount:lab:robot", "u"));
        assert!(robot.extra["authentication.kubernetes.io/credential-id"][0].starts_with("JTI="));
        assert_eq!(user(&world, &format!("{token}x")), None);
        world.now += std::time::Duration::from_secs(600);
        assert_eq!(user(&world, &token), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_come_back(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..50)) {
            proptest::prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
