//! Volumes of a pod or of a pod template.

use serde_json::Value;

use super::page::Page;
use super::words::{either, list, number, or_none, string};

/// All volumes; a template is set in by `space`.
pub fn volumes(page: &mut Page, volumes: &Value, space: &str) {
    if list(volumes).is_empty() {
        page.line(0, &format!("{space}Volumes:\t<none>"));
        return;
    }
    page.line(0, &format!("{space}Volumes:"));
    let indent = if space.is_empty() { "" } else { " " };
    for volume in list(volumes) {
        page.line(1, &format!("{indent}{}:", string(&volume["name"])));
        one(page, volume);
    }
}

fn one(page: &mut Page, volume: &Value) {
    let source = |name: &str| Some(&volume[name]).filter(|source| source.is_object());
    let optional = |source: &Value| (source["optional"] == true).to_string();
    if let Some(path) = source("hostPath") {
        let fields = [
            ("Path", string(&path["path"]).to_owned()),
            ("HostPathType", or_none(string(&path["type"])).to_owned()),
        ];
        fields_of(page, "HostPath (bare host directory volume)", &fields);
    } else if let Some(dir) = source("emptyDir") {
        let limit = if dir["sizeLimit"].is_null() {
            "<unset>".to_owned()
        } else {
            either(&dir["sizeLimit"])
        };
        let fields = [("Medium", string(&dir["medium"]).to_owned()), ("SizeLimit", limit)];
        fields_of(page, "EmptyDir (a temporary directory that shares a pod's lifetime)", &fields);
    } else if let Some(secret) = source("secret") {
        let fields = [("SecretName", string(&secret["secretName"]).to_owned()), ("Optional", optional(secret))];
        fields_of(page, "Secret (a volume populated by a Secret)", &fields);
    } else if let Some(config) = source("configMap") {
        let fields = [("Name", string(&config["name"]).to_owned()), ("Optional", optional(config))];
        fields_of(page, "ConfigMap (a volume populated by a ConfigMap)", &fields);
    } else if let Some(claim) = source("persistentVolumeClaim") {
        let fields = [
            ("ClaimName", string(&claim["claimName"]).to_owned()),
            ("ReadOnly", (claim["readOnly"] == true).to_string()),
        ];
        fields_of(
            page,
            "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
            &fields,
        );
    } else if let Some(projected) = source("projected") {
        fields_of(
            page,
            "Projected (a volume that contains injected data from multiple sources)",
            &projection(projected),
        );
    } else if let Some(downward) = source("downwardAPI") {
        page.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
        page.line(2, "Items:");
        for item in list(&downward["items"]) {
            page.line(3, &format!("{} -> {}", string(&item["fieldRef"]["fieldPath"]), string(&item["path"])));
        }
    } else if let Some(nfs) = source("nfs") {
        let (server, path) = (string(&nfs["server"]).to_owned(), string(&nfs["path"]).to_owned());
        fields_of(
            page,
            "NFS (an NFS mount that lasts the lifetime of a pod)",
            &[("Server", server), ("Path", path), ("ReadOnly", (nfs["readOnly"] == true).to_string())],
        );
    } else {
        page.line(1, "<unknown>");
    }
}

fn fields_of(page: &mut Page, kind: &str, fields: &[(&str, String)]) {
    page.field(2, "Type", kind);
    for (name, value) in fields {
        page.field(2, name, value);
    }
}

fn projection(projected: &Value) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    for source in list(&projected["sources"]) {
        let (secret, config) = (&source["secret"], &source["configMap"]);
        if secret.is_object() {
            fields.extend([
                ("SecretName", string(&secret["name"]).to_owned()),
                ("Optional", (secret["optional"] == true).to_string()),
            ]);
        } else if source["downwardAPI"].is_object() {
            fields.push(("DownwardAPI", "true".to_owned()));
        } else if config.is_object() {
            fields.extend([
                ("ConfigMapName", string(&config["name"]).to_owned()),
                ("Optional", (config["optional"] == true).to_string()),
            ]);
        } else if source["serviceAccountToken"].is_object() {
            fields.push((
                "TokenExpirationSeconds",
                number(&source["serviceAccountToken"]["expirationSeconds"]).to_string(),
            ));
        }
    }
    fields
}
