//! Lines with tab stops, aligned as Go's tabwriter does it for kubectl: two spaces after the widest cell of a block.

/// Text being written; a level indents by two spaces.
#[derive(Default)]
pub struct Page {
    done: String,
    pending: String,
}

impl Page {
    /// A whole line.
    pub fn line(&mut self, level: usize, text: &str) {
        self.part(level, text);
        self.pending.push('\n');
    }

    /// The start of a line.
    pub fn part(&mut self, level: usize, text: &str) {
        self.pending.push_str(&"  ".repeat(level));
        self.pending.push_str(text);
    }

    /// A line of a name and its value.
    pub fn field(&mut self, level: usize, name: &str, value: impl std::fmt::Display) {
        self.line(level, &format!("{name}:\t{value}"));
    }

    /// What follows is aligned anew.
    pub fn flush(&mut self) {
        let lines: Vec<Vec<&str>> = self.pending.split('\n').map(|line| line.split('\t').collect()).collect();
        let (mut out, mut widths) = (String::new(), Vec::new());
        align(&lines, 0, lines.len(), &mut widths, &mut out);
        out.pop();
        self.done.push_str(&out);
        self.pending.clear();
    }

    /// Everything written, aligned.
    pub fn finish(mut self) -> String {
        self.flush();
        self.done
    }
}

/// Aligns lines from..to, whose first `widths.len()` columns are known; each run of lines with one more column is a block of its own.
fn align(lines: &[Vec<&str>], from: usize, to: usize, widths: &mut Vec<usize>, out: &mut String) {
    let column = widths.len();
    let has = |line: usize| lines[line].len() > column + 1;
    let mut printed = from;
    let mut this = from;
    while this < to {
        if !has(this) {
            this += 1;
            continue;
        }
        print(&lines[printed..this], widths, out);
        let start = this;
        while this < to && has(this) {
            this += 1;
        }
        let widest = lines[start..this].iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        widths.push(widest + 2);
        align(lines, start, this, widths, out);
        widths.pop();
        printed = this;
    }
    print(&lines[printed..to], widths, out);
}

fn print(lines: &[Vec<&str>], widths: &[usize], out: &mut String) {
    for line in lines {
        for (index, cell) in line.iter().enumerate() {
            out.push_str(cell);
            if let Some(width) = widths.get(index) {
                out.push_str(&" ".repeat(width.saturating_sub(cell.chars().count())));
            }
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_by_themselves() {
        let mut page = Page::default();
        page.field(0, "Name", "web");
        page.field(0, "Namespace", "lab");
        page.line(0, "IPs:");
        page.field(1, "IP", "10.0.0.1");
        page.line(1, "True \t");
        assert_eq!(page.finish(), "Name:       web\nNamespace:  lab\nIPs:\n  IP:    10.0.0.1\n  True   \n");
    }
}
