//! What a flood of output comes to: lines that scroll past the whole scroll-back leave no trace, so they need not be drawn.

/// The stretches of a batch that still matter when `kept` lines can be seen or scrolled back to. Only plain text is left out:
/// whatever holds an escape sequence is kept, and so are the lines next to it.
pub fn remains(batch: &[u8], kept: usize) -> Vec<&[u8]> {
    let mut stretches = Vec::new();
    for run in batch.split_inclusive(|byte| *byte == ESCAPE) {
        let ends: Vec<usize> = line_ends(run).collect();
        // The first line may be the rest of a sequence that began before.
        match (ends.first(), ends.len().checked_sub(kept + 1)) {
            (Some(first), Some(from)) if ends[from] > *first => stretches.extend([&run[..=*first], &run[ends[from] + 1..]]),
            _ => stretches.push(run),
        }
    }
    stretches
}

const ESCAPE: u8 = 0x1b;

fn line_ends(run: &[u8]) -> impl Iterator<Item = usize> + '_ {
    run.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a terminal of 20 columns and 4 rows shows and can scroll back to.
    fn seen(stretches: &[&[u8]]) -> Vec<String> {
        let mut parser = vt100::Parser::new(4.try_into().unwrap(), 20.try_into().unwrap(), 10);
        stretches.iter().for_each(|stretch| parser.process(stretch));
        let mut shown = Vec::new();
        for back in (0..=10).rev() {
            parser.screen_mut().set_scrollback(back);
            shown.push(parser.screen().contents());
        }
        shown
    }

    #[test]
    fn leaving_out_what_scrolled_away_changes_nothing_that_can_be_seen() {
        let numbered: String = (0..500).map(|n| format!("line {n} \x1b[1m{n}\x1b[0m\r\n")).collect();
        let plain: String = (0..500).map(|n| format!("line {n}\r\n")).collect();
        for text in [
            plain.clone(),
            numbered.clone(),
            format!("{plain}{numbered}\x1b[31mred{plain}$ "),
            "x".repeat(900),
        ] {
            assert_eq!(seen(&remains(text.as_bytes(), 14)), seen(&[text.as_bytes()]));
        }
        let left: usize = remains(plain.as_bytes(), 14).iter().map(|stretch| stretch.len()).sum();
        assert!(left < 250, "{left} of {} bytes are left", plain.len());
    }
}
