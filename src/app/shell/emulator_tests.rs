use std::sync::mpsc::sync_channel;

use super::*;

/// The last picture after all of this.
fn last(feeds: Vec<Feed>) -> (Grid, Vec<u8>) {
    let (sender, feed) = sync_channel(64);
    let (replies, replied) = std::sync::mpsc::channel();
    let pictures = Arc::new(Pictures::new(Arc::default()));
    feeds.into_iter().for_each(|one| sender.send(one).unwrap());
    drop(sender);
    let reply = Box::new(move |bytes| replies.send(bytes).unwrap());
    Emulator::new(20, 4, Arc::clone(&pictures), reply).run(&feed);
    (Grid::clone(&pictures.last()), replied.try_iter().flatten().collect())
}

fn output(text: &str) -> Feed {
    Feed::Output(text.as_bytes().to_vec())
}

#[test]
fn colours_wide_letters_and_the_cursor_keep_their_columns() {
    let (grid, _) = last(vec![output("a\x1b[1;31mred\x1b[0m 漢字 z")]);
    let runs: Vec<(u16, &str)> = grid.rows[0].iter().map(|run| (run.column, run.text.as_str())).collect();
    assert_eq!(runs[..2], [(0, "a"), (1, "red")]);
    assert!(grid.rows[0][1].ink.bold && grid.rows[0][1].ink.text == Colour::Index(1));
    assert!(
        runs.contains(&(5, "漢")) && runs.contains(&(7, "字")) && runs.iter().any(|run| run.0 == 9 && run.1.starts_with(" z")),
        "{runs:?}"
    );
    assert_eq!(grid.cursor, Some((11, 0)));
    assert_eq!(grid.text().lines().next(), Some("ared 漢字 z"));
}

#[test]
fn what_scrolled_away_can_be_scrolled_back_to() {
    let lines: String = (0..1500).map(|n| format!("{n}\r\n")).collect();
    let (grid, _) = last(vec![output(&lines), Feed::Scroll(Some(5000))]);
    assert_eq!((grid.back, grid.cursor), (SCROLL_BACK, None));
    assert_eq!(grid.text().lines().next(), Some("497"));
    let (grid, _) = last(vec![output(&lines), Feed::Scroll(Some(7)), Feed::Scroll(None)]);
    assert_eq!(grid.text(), "1497\n1498\n1499\n");
}

#[test]
fn a_size_a_mode_and_an_end_are_taken() {
    let (grid, _) = last(vec![
        output("\x1b[?1h\x1b[?2004h\x1b[?1000h\x1b[?1049h"),
        Feed::Resize { columns: 30, rows: 6 },
        Feed::Ended("1".to_owned()),
    ]);
    assert_eq!((grid.columns, grid.rows.len()), (30, 6));
    let modes = grid.modes;
    assert!(modes.application_cursor && modes.bracketed_paste && modes.mouse && modes.alternate_screen);
    assert_eq!(grid.ended.as_deref(), Some("1"));
}

#[test]
fn programs_that_ask_their_terminal_are_answered() {
    let (_, said) = last(vec![output("ab\x1b[6n\x1b[5n\x1b[c")]);
    assert_eq!(String::from_utf8_lossy(&said), "\x1b[1;3R\x1b[0n\x1b[?62;22c");
}
