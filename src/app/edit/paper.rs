//! The file that is edited: the comment at its top, the objects in it, and what was refused of it.

use serde_json::Value;

use crate::yaml;

/// What stands at the top of a file that is edited; lines that begin so are left out.
pub const HEAD: &str = "# Change the object below; lines that begin with '#' are left out. More objects, each behind a line ---,\n\
                        # are made as well. Saving applies it; an empty or unchanged file changes nothing.\n#\n";
/// A line at the top that asks for what cannot be changed in place.
pub const ANEW: &str = "# anew";

/// Letters of a long reason that are shown: of its start, and of its end.
const BEFORE: usize = 100;
const BEHIND: usize = 200;

/// The text below the comment at its top.
pub fn body(text: &str) -> &str {
    let mut rest = text;
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest
}

/// Whether the comment at the top asks to delete the object and make it anew.
pub fn anew(text: &str) -> bool {
    text.lines().take_while(|line| line.starts_with('#')).any(|line| line.trim_end() == ANEW)
}

/// The objects that the text holds.
pub fn read(text: &str) -> Result<Vec<Value>, String> {
    let documents = yaml::documents("your edit", text).map_err(|error| format!("this is not YAML: line {}: {}", error.line, error.message))?;
    let objects: Vec<Value> = documents.into_iter().map(|(_, value, _)| value).collect();
    if objects.is_empty() || !objects.iter().all(Value::is_object) {
        return Err("this is no object: it needs fields like kind and metadata".to_owned());
    }
    Ok(objects)
}

/// The learner's text again, with the reason above it.
pub fn refusal(why: &str, body: &str) -> String {
    let lines: String = why.lines().map(|line| format!("# {}\n", short(line))).collect();
    let anew = if why.contains("immutable") || why.contains("orbidden") {
        format!("# To delete the object and make it anew like this, put a line \"{ANEW}\" here at the top (kubectl replace --force).\n")
    } else {
        String::new()
    };
    format!("# Refused:\n{lines}{anew}#\n{HEAD}{body}")
}

/// A server may quote the whole object; what is wrong stands before it and behind.
fn short(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    if letters.len() <= BEFORE + BEHIND {
        return line.to_owned();
    }
    let (before, behind) = (&letters[..BEFORE], &letters[letters.len() - BEHIND..]);
    before.iter().chain(&[' ', '…', ' ']).chain(behind).collect()
}

/// An object of a kind to begin with, where there is none yet.
pub fn draft(api_version: &str, kind: &str) -> String {
    let rest = match kind {
        "ConfigMap" => "data:\n  KEY: value\n",
        "Secret" => "stringData:\n  KEY: value\n",
        "ServiceAccount" => "",
        "Service" => "spec:\n  selector:\n    app: \n  ports:\n  - port: 80\n    targetPort: 80\n",
        "Role" | "ClusterRole" => "rules:\n- apiGroups: [\"\"]\n  resources: []\n  verbs: []\n",
        "RoleBinding" | "ClusterRoleBinding" => {
            "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: Role\n  name: \nsubjects:\n- kind: ServiceAccount\n  name: \n"
        }
        _ => "spec: {}\n",
    };
    format!("apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: \n{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_stands_above_what_was_typed_and_goes_when_it_is_sent_again() {
        let typed = "kind: Pod\n# mine\nspec: {}\n";
        let again = refusal("spec.replicas: Invalid value\nmust be more", body(&format!("{HEAD}{typed}")));
        assert!(again.starts_with("# Refused:\n# spec.replicas: Invalid value\n# must be more\n#\n"), "{again}");
        assert_eq!(body(&again), typed);
        assert_eq!(body(&refusal("other", body(&again))), typed);
    }

    #[test]
    fn a_reason_that_quotes_the_whole_object_is_cut_in_its_middle() {
        let said = short(&format!("Deployment web is invalid: {}: unknown field", "é".repeat(900)));
        assert!(said.starts_with("Deployment web is invalid: ") && said.ends_with(": unknown field"), "{said}");
        assert_eq!(said.chars().count(), BEFORE + BEHIND + 3);
        assert_eq!(short("as it is"), "as it is");
    }

    #[test]
    fn a_file_that_is_no_object_is_told_and_an_empty_one_is_no_edit() {
        assert!(read("- a\n").is_err() && read("a: [").is_err());
        assert_eq!(read("# why\nkind: Pod\n---\nkind: Service\n").unwrap().len(), 2);
        assert_eq!(body(HEAD).trim(), "");
    }

    #[test]
    fn what_cannot_be_changed_in_place_can_be_asked_for_anew() {
        let again = refusal("spec.template: field is immutable", "kind: Job\n");
        assert!(again.contains("kubectl replace --force") && !anew(&again), "{again}");
        assert!(anew(&format!("{ANEW}\n{again}")) && !anew(&format!("kind: Job\n{ANEW}\n")));
        assert!(!refusal("spec.replicas: Invalid value", "").contains("--force"));
    }

    #[test]
    fn a_draft_of_any_kind_is_an_object() {
        for kind in ["ConfigMap", "Service", "Role", "RoleBinding", "NetworkPolicy"] {
            let objects = read(&draft("v1", kind)).unwrap();
            assert_eq!(objects[0]["kind"], kind);
        }
    }
}
