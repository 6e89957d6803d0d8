//! The kubeconfig of a served practice cluster: its text, and the file that only its owner reads.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use k8s_openapi::ByteString;
use serde_json::json;

use crate::yaml;

const NAME: &str = "klab-practice";

/// A kubeconfig with one context.
pub fn text(server: &str, authority: &str, token: &str, namespace: &str) -> String {
    yaml::print(&json!({
        "apiVersion": "v1", "kind": "Config", "current-context": NAME,
        "clusters": [{"name": NAME, "cluster": {"server": server, "certificate-authority-data": ByteString(authority.as_bytes().to_vec())}}],
        "users": [{"name": NAME, "user": {"token": token}}],
        "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": NAME, "namespace": namespace}}],
    }))
}

/// Writes a file with mode 0600 in one step: a reader sees the old text or the new one.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let fresh = folder.join(format!(".kubeconfig.{}", std::process::id()));
    let _ = fs::remove_file(&fresh);
    let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    out.write_all(text.as_bytes())?;
    fs::rename(&fresh, file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_the_owner_reads_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/config");
        write(&file, "one").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        write(&file, &text("https://127.0.0.1:1", "PEM", "secret", "lab")).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let read = kube::config::Kubeconfig::read_from(&file).unwrap();
        assert_eq!(read.current_context.as_deref(), Some(NAME));
        let cluster = read.clusters[0].cluster.clone().unwrap();
        assert_eq!(cluster.certificate_authority_data.as_deref(), Some("UEVN"));
    }
}
