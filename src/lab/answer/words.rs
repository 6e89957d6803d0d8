//! A kubectl command taken apart: its verb, what it is about, and the flags that the lab's own views know.

use std::iter::Peekable;

/// Kinds by the names that kubectl takes for them: kind, plural, short names.
const KINDS: &[(&str, &str, &[&str])] = &[
    ("Pod", "pods", &["po"]),
    ("Service", "services", &["svc"]),
    ("ConfigMap", "configmaps", &["cm"]),
    ("Secret", "secrets", &[]),
    ("ServiceAccount", "serviceaccounts", &["sa"]),
    ("Event", "events", &["ev"]),
    ("Namespace", "namespaces", &["ns"]),
    ("Node", "nodes", &["no"]),
    ("PersistentVolume", "persistentvolumes", &["pv"]),
    ("PersistentVolumeClaim", "persistentvolumeclaims", &["pvc"]),
    ("ResourceQuota", "resourcequotas", &["quota"]),
    ("LimitRange", "limitranges", &["limits"]),
    ("Deployment", "deployments", &["deploy"]),
    ("ReplicaSet", "replicasets", &["rs"]),
    ("StatefulSet", "statefulsets", &["sts"]),
    ("DaemonSet", "daemonsets", &["ds"]),
    ("Job", "jobs", &[]),
    ("CronJob", "cronjobs", &["cj"]),
    ("EndpointSlice", "endpointslices", &["endpoints", "ep"]),
    ("Ingress", "ingresses", &["ing"]),
    ("NetworkPolicy", "networkpolicies", &["netpol"]),
    ("StorageClass", "storageclasses", &["sc"]),
    ("Role", "roles", &[]),
    ("RoleBinding", "rolebindings", &[]),
    ("ClusterRole", "clusterroles", &[]),
    ("ClusterRoleBinding", "clusterrolebindings", &[]),
    ("HorizontalPodAutoscaler", "horizontalpodautoscalers", &["hpa"]),
    ("PodDisruptionBudget", "poddisruptionbudgets", &["pdb"]),
];

/// Flags that take a value as their next word.
const VALUED: &[&str] = &[
    "-n",
    "--namespace",
    "-l",
    "--selector",
    "-o",
    "--output",
    "-f",
    "--filename",
    "-c",
    "--container",
    "-p",
    "--patch",
    "--type",
    "--field-selector",
    "--sort-by",
    "--tail",
    "--since",
    "--context",
    "--for",
    "--as",
    "--raw",
    "--timeout",
    "--image",
    "--replicas",
    "--from-literal",
    "-k",
];

/// A kubectl command, as far as its answer depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    pub verb: String,
    /// Everything after the verb that is no flag.
    pub about: Vec<String>,
    pub selector: Vec<(String, String)>,
    pub output: String,
    pub files: Vec<String>,
    pub container: Option<String>,
    pub raw: Option<String>,
    pub of: Option<String>,
    pub who: Option<String>,
    pub previous: bool,
    pub everywhere: bool,
}

/// The kind that a word of kubectl's means.
#[must_use]
pub fn kind(word: &str) -> Option<&'static str> {
    let word = word.split('.').next().unwrap_or_default().to_lowercase();
    let means = |(kind, plural, short): &&(&str, &str, &[&str])| kind.to_lowercase() == word || *plural == word || short.contains(&word.as_str());
    KINDS.iter().find(means).map(|(kind, ..)| *kind)
}

impl Words {
    /// Reads the first command of a line, if that is kubectl's.
    #[must_use]
    pub fn read(command: &str) -> Option<Self> {
        let words = split(command);
        let mut words = words
            .iter()
            .map(String::as_str)
            .skip_while(|word| *word == "sudo" || *word == "watch")
            .peekable();
        if !matches!(words.next()?, "kubectl" | "k" | "oc") {
            return None;
        }
        let mut found = Self::default();
        while let Some(word) = words.next() {
            match word {
                "--" => break,
                _ if word.starts_with('-') => found.flag(word, &mut words),
                _ if found.verb.is_empty() => word.clone_into(&mut found.verb),
                _ => found.about.push(word.to_owned()),
            }
        }
        Some(found)
    }

    fn flag<'a>(&mut self, word: &'a str, words: &mut Peekable<impl Iterator<Item = &'a str>>) {
        // `-p` is a patch for patch, and the run before for logs
        if word == "-p" && self.verb == "logs" {
            self.previous = true;
            return;
        }
        let short = |name: &str| word.len() > 2 && word.starts_with(name) && !word.starts_with("--");
        let (name, value) = match word.split_once('=') {
            _ if ["-l", "-o", "-n", "-c", "-f"].iter().any(|name| short(name)) => (&word[..2], word[2..].trim_start_matches('=')),
            Some((name, value)) => (name, value),
            None if VALUED.contains(&word) => (word, words.next().unwrap_or_default()),
            None => (word, ""),
        };
        match name {
            "-l" | "--selector" => {
                self.selector = value
                    .split(',')
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(k, v)| (k.trim_end_matches(['=', '!']).to_owned(), v.trim_start_matches('=').to_owned()))
                    .collect()
            }
            "-o" | "--output" => value.clone_into(&mut self.output),
            "-f" | "--filename" | "-k" => self.files.push(value.to_owned()),
            "-c" | "--container" => self.container = Some(value.to_owned()),
            "--raw" => self.raw = Some(value.to_owned()),
            "--as" => self.who = Some(value.to_owned()),
            "--for" => self.of = Some(value.to_owned()),
            "--previous" => self.previous = true,
            "-A" | "--all-namespaces" => self.everywhere = true,
            _ => {}
        }
    }

    /// Kind and name of the first object it is about; the name is empty where none is said.
    #[must_use]
    pub fn object(&self) -> Option<(&'static str, &str)> {
        // `kubectl rollout restart deployment web`, `kubectl set image deployment/web …`: the kind comes after a second verb
        let skip = usize::from(matches!(self.verb.as_str(), "rollout" | "set" | "create" | "auth"));
        let mut about = self.about.iter().skip(skip);
        let first = about.next()?;
        let first = first.split(',').next().unwrap_or_default();
        match first.split_once('/') {
            Some((word, name)) => Some((kind(word)?, name)),
            None if self.verb == "logs" || self.verb == "exec" => Some(("Pod", first)),
            None => Some((kind(first)?, about.next().map_or("", String::as_str))),
        }
    }
}

/// The words of a line up to a pipe or a redirection, without their quotes.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '|' | '>' | ';' | '&' | '\n') => break,
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(command: &str) -> Words {
        Words::read(command).expect("kubectl")
    }

    #[test]
    fn the_object_is_found_wherever_kubectl_takes_it() {
        for (command, want) in [
            ("kubectl get pods", ("Pod", "")),
            ("kubectl get deploy web -o yaml | grep image:", ("Deployment", "web")),
            ("kubectl describe service/shop", ("Service", "shop")),
            ("kubectl logs web-1 -c app --previous", ("Pod", "web-1")),
            ("kubectl logs deployment/web --tail=4", ("Deployment", "web")),
            ("kubectl rollout restart deployment watcher", ("Deployment", "watcher")),
            ("kubectl set image deployment/db postgres=postgres:17", ("Deployment", "db")),
            ("kubectl -n shop get job,pods", ("Job", "")),
        ] {
            assert_eq!(read(command).object(), Some(want), "{command}");
        }
        assert_eq!(Words::read("cd scenarios/02"), None);
        assert_eq!(read("kubectl get widgets").object(), None);
    }

    #[test]
    fn flags_are_read_in_every_form() {
        let words = read("kubectl get po -lapp=web,tier=a -o jsonpath='{.spec}' -A");
        assert_eq!(words.selector, [("app".to_owned(), "web".to_owned()), ("tier".to_owned(), "a".to_owned())]);
        assert!(words.everywhere && words.output.starts_with("jsonpath"));
        assert!(read("kubectl logs x -p").previous);
        assert_eq!(read("kubectl apply -f broken/ -f setup/").files, ["broken/", "setup/"]);
        assert_eq!(read("kubectl get --raw /version").raw.as_deref(), Some("/version"));
    }
}
