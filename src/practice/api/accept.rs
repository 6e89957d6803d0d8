//! Which form of answer a client takes (apiserver `handlers/negotiation`).

use super::call::Call;
use super::protobuf;
use crate::practice::kind::Kind;
use crate::practice::status::Status;

const JSON: &str = "application/json";
const SERVED: [&str; 3] = [JSON, "application/yaml", "application/vnd.kubernetes.protobuf"];
/// What an object may be turned into.
const FORMS: [&str; 3] = ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"];

/// Refuses a request whose `Accept` names nothing that is served; whoever names nothing takes all.
///
/// # Errors
/// 406 with what there is.
pub fn check(kind: &Kind, call: &Call) -> Result<(), Status> {
    let accept = call.accept();
    let mut ranges = accept.split(',').map(str::trim).filter(|range| !range.is_empty()).peekable();
    // What a cluster defined has no form in protobuf.
    let formless = |range: &str| kind.custom.is_some() && range.starts_with(protobuf::MEDIA);
    if ranges.peek().is_none() || ranges.any(|range| taken(range) && !formless(range)) {
        return Ok(());
    }
    Err(Status::not_acceptable(format!(
        "only the following media types are accepted: {}",
        SERVED.join(", ")
    )))
}

fn taken(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    if !matches!(media, "*/*" | "application/*") && !SERVED.contains(&media) {
        return false;
    }
    let value = |name: &str| parts.clone().find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    match value("as") {
        None => true,
        Some(form) => FORMS.contains(&form) && value("g") == Some("meta.k8s.io") && matches!(value("v"), Some("v1" | "v1beta1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_taken_when_its_form_is_known() {
        for (range, is) in [
            ("application/json", true),
            ("*/*", true),
            ("application/json;as=Table;v=v1;g=meta.k8s.io", true),
            ("application/json;as=Table;v=v9;g=meta.k8s.io", false),
            ("application/json;as=Nope;v=v1;g=meta.k8s.io", false),
            ("text/html", false),
        ] {
            assert_eq!(taken(range), is, "{range}");
        }
    }
}
