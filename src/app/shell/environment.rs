//! What the learner's shell is started with: its own start-up files first, then the lab's cluster, namespace and prompt.

use std::fs;
use std::io;
use std::path::Path;

use portable_pty::CommandBuilder;

use crate::app::serve::quoted;

/// Variables that could lead a tool to another cluster, or tell a size that is not the pane's.
const DROPPED: [&str; 9] = [
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
    "KUBERNETES_MASTER",
    "HELM_KUBECONTEXT",
    "HELM_KUBEAPISERVER",
    "HELM_NAMESPACE",
    "COLUMNS",
    "LINES",
    "TMUX",
];

/// What sets one lab's shell apart.
pub struct Place<'a> {
    /// The folder that holds `scenarios/`; the shell starts in it.
    pub state: &'a Path,
    pub kubeconfig: &'a Path,
    pub namespace: &'a str,
}

/// The learner's shell: `$SHELL`, else `/bin/sh`.
#[must_use]
pub fn shell() -> String {
    std::env::var("SHELL")
        .ok()
        .filter(|shell| !shell.is_empty())
        .unwrap_or_else(|| "/bin/sh".to_owned())
}

/// The command that starts the shell.
///
/// # Errors
/// When its start-up file cannot be written.
pub fn command(shell: &str, place: &Place) -> io::Result<CommandBuilder> {
    let mut command = CommandBuilder::new(shell);
    command.cwd(place.state);
    DROPPED.iter().for_each(|name| command.env_remove(name));
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env("KUBECONFIG", place.kubeconfig);
    // kubectl keeps what it learnt of a server by its address; the practice cluster's is another one each time.
    command.env("KUBECACHEDIR", place.state.join("kube/cache"));
    let folder = place.state.join("kube/shell");
    match Path::new(shell).file_name().and_then(|name| name.to_str()).unwrap_or_default() {
        "bash" => {
            let file = folder.join("bashrc");
            write(&file, &bash(place))?;
            command.arg("--rcfile");
            command.arg(&file);
            command.arg("-i");
        }
        "zsh" => {
            write(&folder.join(".zshenv"), "[ -f \"$HOME/.zshenv\" ] && . \"$HOME/.zshenv\"\n")?;
            write(&folder.join(".zshrc"), &zsh(place))?;
            command.env("ZDOTDIR", &folder);
            command.arg("-i");
        }
        "fish" => {
            command.arg("--interactive");
            command.arg("--init-command");
            command.arg(fish(place));
        }
        // The others read the file that ENV names (POSIX), or nothing.
        _ => {
            let file = folder.join("shrc");
            write(&file, &posix(place))?;
            command.env("ENV", &file);
            command.arg("-i");
        }
    }
    Ok(command)
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text)
}

/// The variable again, as a start-up file may have set another one.
fn kubeconfig(place: &Place) -> String {
    format!("export KUBECONFIG={}\n", quoted(place.kubeconfig))
}

fn bash(place: &Place) -> String {
    let own = "[ -f ~/.bashrc ] && . ~/.bashrc\n";
    format!("{own}{}PROMPT_COMMAND=\nPS1='({}) \\W \\$ '\n", kubeconfig(place), place.namespace)
}

fn zsh(place: &Place) -> String {
    let own = "ZDOTDIR=$HOME\n[ -f ~/.zshrc ] && . ~/.zshrc\n";
    format!(
        "{own}{}precmd_functions=()\nPROMPT='({}) %1~ %# '\nRPROMPT=\n",
        kubeconfig(place),
        place.namespace
    )
}

fn fish(place: &Place) -> String {
    format!(
        "set -gx KUBECONFIG {}; function fish_prompt; echo -n '({}) '(prompt_pwd)' > '; end; function fish_right_prompt; end",
        quoted(place.kubeconfig),
        place.namespace
    )
}

fn posix(place: &Place) -> String {
    format!("{}PS1='({}) $ '\n", kubeconfig(place), place.namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_is_set_to_the_lab_after_its_own_start_up_files() {
        let state = tempfile::tempdir().unwrap();
        let kubeconfig = state.path().join("it's");
        let place = Place {
            state: state.path(),
            kubeconfig: &kubeconfig,
            namespace: "lab-02",
        };
        for shell in ["/bin/bash", "/usr/bin/zsh", "/usr/bin/fish", "/bin/dash"] {
            let command = command(shell, &place).unwrap();
            assert_eq!(command.get_env("KUBECONFIG"), Some(kubeconfig.as_os_str()));
            assert_eq!(command.get_env("KUBERNETES_SERVICE_HOST"), None);
        }
        let bash = fs::read_to_string(state.path().join("kube/shell/bashrc")).unwrap();
        let (own, set) = (bash.find(".bashrc").unwrap(), bash.find("export KUBECONFIG=").unwrap());
        assert!(own < set && bash.contains(r"it'\''s") && bash.contains("(lab-02)"), "{bash}");
    }
}
