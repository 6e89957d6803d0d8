//! A certificate authority that lives as long as the server, and the server's certificate by it.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use super::loopback::LoopbackError;

/// The names a client may call the server by.
const NAMES: [&str; 2] = ["127.0.0.1", "localhost"];

/// What a server needs to be trusted.
pub struct Identity {
    /// The authority's certificate, as PEM.
    pub authority: String,
    pub config: Arc<ServerConfig>,
}

/// Makes a fresh authority and a certificate for loopback; their keys never leave the process.
pub fn fresh() -> Result<Identity, LoopbackError> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name.push(DnType::CommonName, "klab");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let mut server = CertificateParams::new(NAMES.map(str::to_owned))?;
    server.distinguished_name.push(DnType::CommonName, "klab practice cluster");
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = server.signed_by(&key, &authority)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
    Ok(Identity {
        authority: authority.pem(),
        config: Arc::new(config),
    })
}

/// A secret that nobody guesses, in hexadecimal digits.
pub fn token() -> Result<String, LoopbackError> {
    let provider: CryptoProvider = ring::default_provider();
    let mut bytes = [0; 32];
    provider.secure_random.fill(&mut bytes).map_err(|_| LoopbackError::Chance)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
