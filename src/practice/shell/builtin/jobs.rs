//! Builtins about other processes.

use crate::practice::runtime::hold;
use crate::practice::shell::{Flow, Shell, signal};

impl Shell {
    /// `wait`: for all children or some; a signal ends it, and its trap runs.
    pub(super) async fn wait(&mut self, words: &[String]) -> Flow {
        let named: Vec<u32> = words.iter().filter_map(|word| word.trim_start_matches('%').parse().ok()).collect();
        let children: Vec<u32> = if words.is_empty() { self.children.iter().copied().collect() } else { named };
        self.status = 0;
        for child in children {
            match self.process.wait(child, true).await {
                Some(code) => {
                    self.children.remove(&child);
                    if !words.is_empty() {
                        self.status = code;
                    }
                }
                None => {
                    self.status = 128
                        + hold(&self.process.kernel.table)
                            .get(&self.process.pid)
                            .and_then(|known| known.pending.first().copied())
                            .unwrap_or(0);
                    return self.caught().await;
                }
            }
        }
        Flow::Next
    }

    pub(super) async fn kill(&mut self, words: &[String]) -> i32 {
        let mut signal = 15;
        let mut rest = words.iter().peekable();
        while let Some(flag) = rest.next_if(|word| word.starts_with('-') && word.len() > 1) {
            let name = match flag.as_str() {
                "-s" | "-n" => rest.next().map_or("", String::as_str),
                "-l" => {
                    return self.say("HUP\nINT\nQUIT\nKILL\nTERM\n").await;
                }
                other => &other[1..],
            };
            match signal::number(name) {
                Some(number) => signal = number,
                None => {
                    self.complain(format!("kill: bad signal name '{name}'")).await;
                    return 1;
                }
            }
        }
        let mut status = 0;
        for word in rest {
            let done = word.parse().is_ok_and(|pid: u32| self.process.kernel.signal(pid, signal));
            if !done {
                self.complain(format!("can't kill pid {word}: No such process")).await;
                status = 1;
            }
        }
        // A signal to oneself acts before the next command.
        self.process.kernel.sleep(std::time::Duration::ZERO).await;
        status
    }
}
