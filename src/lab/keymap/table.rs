//! The table itself: every binding, by the groups of the help.

use crossterm::event::KeyCode as C;

use super::super::key::Key;
use super::super::key::Key::{Char, Code, Ctrl, CtrlCode};
use super::super::scroll::Step;
use super::{Action, Binding, Scope};

const MOVE: &str = "Move";
const LESSON: &str = "Lesson";
const OBJECT: &str = "Object";
const VIEW_GROUP: &str = "View";
const CLOCK: &str = "Clock of the practice cluster";
const LOG: &str = "In a log";
const PAGE: &str = "On a page of text";
const REQUEST: &str = "On a Service's answer";
const VIEWS: &str = "On timeline and map";
const DIFF: &str = "On the solution";
const REPAIR: &str = "In a repair";
const DEBRIEF: &str = "When it is solved";
const SHELL: &str = "In the shell";
const ASK: &str = "In a question";
const TYPE: &str = "While typing";
const LIST: &str = "List of scenarios";
const LEAVE: &str = "Leave";

const fn bind(keys: &'static [Key], action: Action, scope: Scope, short: &'static str, help: &'static str, group: &'static str) -> Binding {
    Binding {
        keys,
        action,
        scope,
        short,
        help,
        group,
    }
}

/// Every key there is.
pub static TABLE: &[Binding] = {
    use Scope::*;
    &[
        bind(&[Char('b')], Action::Break, Attempt, "break", "break it: apply broken/", LESSON),
        bind(&[Char('h')], Action::Hint, Attempt, "hint", "open the next hint", LESSON),
        bind(
            &[Char('s')],
            Action::Solve,
            Attempt,
            "solve",
            "look at the solution; Enter there applies it",
            LESSON,
        ),
        bind(
            &[Char('c')],
            Action::Cleanup,
            Attempt,
            "clean up",
            "delete what the lab made (asks first)",
            LESSON,
        ),
        bind(&[Char('n')], Action::Next, Attempt, "next", "the next scenario", LESSON),
        bind(
            &[Char('.')],
            Action::Copy,
            Attempt,
            "",
            "copy the selected row's name, or the lesson's marked command",
            LESSON,
        ),
        bind(&[Char(',')], Action::CopyRow, Attempt, "", "copy the selected row", OBJECT),
        bind(&[Char('i')], Action::Clue, Attempt, "clue", "open the clue's card, more each time", OBJECT),
        bind(&[Char('d')], Action::Describe, Attempt, "describe", "describe the selected object", OBJECT),
        bind(
            &[Char('e')],
            Action::Edit,
            Attempt,
            "edit",
            "edit the selected object in your editor; saving applies it",
            OBJECT,
        ),
        bind(
            &[Char('r')],
            Action::Repair,
            Attempt,
            "repair",
            "change one field of the selected object, or restart, undo, delete",
            OBJECT,
        ),
        bind(&[Char('l')], Action::Logs, Attempt, "logs", "read the selected pod's log", OBJECT),
        bind(&[Char('y')], Action::Yaml, Attempt, "yaml", "the selected object as YAML", OBJECT),
        bind(
            &[Char('v')],
            Action::Events,
            Attempt,
            "its events",
            "the object's own events, image and owners",
            OBJECT,
        ),
        bind(
            &[Code(C::Enter)],
            Action::Open,
            Attempt,
            "open",
            "open the row or fold under the selection; type the marked command into the shell",
            OBJECT,
        ),
        bind(
            &[Code(C::Tab)],
            Action::NextPane,
            Attempt,
            "pane",
            "next pane; where lesson and cluster are pages of their own, the other page",
            MOVE,
        ),
        bind(
            &[Code(C::BackTab)],
            Action::PreviousPane,
            Attempt,
            "",
            "pane before; of the cluster's own page, the next pane",
            MOVE,
        ),
        bind(&[Char('[')], Action::PreviousTab, Attempt, "", "kind before", MOVE),
        bind(&[Char(']')], Action::NextTab, Attempt, "", "next kind of object", MOVE),
        bind(
            &[Char('/')],
            Action::Filter,
            Attempt,
            "filter",
            "only rows, or events, that fit what is typed; Esc takes it back",
            VIEW_GROUP,
        ),
        bind(&[Char('o')], Action::Sort, Attempt, "", "sort the table by its next column", VIEW_GROUP),
        bind(&[Char('O')], Action::SortBack, Attempt, "", "sort it the other way round", VIEW_GROUP),
        bind(&[Char('W')], Action::Warnings, Attempt, "", "only Warnings among the events", VIEW_GROUP),
        bind(&[Char('w')], Action::Wide, Attempt, "", "more columns", VIEW_GROUP),
        bind(&[Char('f')], Action::Follow, Attempt, "", "follow the newest event again", VIEW_GROUP),
        bind(&[Char('z')], Action::Zoom, Attempt, "", "the pane alone on the screen", VIEW_GROUP),
        bind(
            &[Char('!')],
            Action::Shell,
            Attempt,
            "shell",
            "a shell beside the lesson, set to this cluster",
            VIEW_GROUP,
        ),
        bind(
            &[Char('K')],
            Action::Kubeconfig,
            Attempt,
            "",
            "the line that sets your own kubectl, in another window, to this cluster",
            VIEW_GROUP,
        ),
        bind(
            &[Ctrl(']')],
            Action::LeaveShell,
            Shell,
            "back to the lab",
            "back to the lab; the shell goes on",
            SHELL,
        ),
        bind(
            &[Char('x')],
            Action::Explain,
            Attempt,
            "explain",
            "what the row's STATUS and event reasons mean",
            OBJECT,
        ),
        bind(
            &[Char('t')],
            Action::Timeline,
            Attempt,
            "timeline",
            "what you did, and what came of it",
            VIEW_GROUP,
        ),
        bind(
            &[Char('m')],
            Action::Map,
            Attempt,
            "map",
            "what makes the pods, what leads to them, and where a link is broken",
            VIEW_GROUP,
        ),
        bind(
            &[Char('D')],
            Action::Compare,
            Attempt,
            "",
            "what was changed since it was broken; against the solution too, once that was seen",
            OBJECT,
        ),
        bind(&[Char('S')], Action::Keep, View, "save", "save the page as Markdown", VIEWS),
        bind(&[Char(' ')], Action::Pause, Practice, "pause", "pause, and go on", CLOCK),
        bind(&[Char('>')], Action::Step, Practice, "", "on to the next thing that happens", CLOCK),
        bind(&[Char('+'), Char('=')], Action::Faster, Practice, "faster", "faster: ×4, ×16, ×60", CLOCK),
        bind(&[Char('-')], Action::Slower, Practice, "", "slower", CLOCK),
        bind(&[Char('<')], Action::Live, Practice, "", "back to live: running, ×1", CLOCK),
        bind(&[Code(C::Enter)], Action::Open, Picker, "open", "open the scenario", LIST),
        bind(&[Char('/')], Action::Filter, Picker, "filter", "filter the list", LIST),
        bind(&[Code(C::Enter)], Action::Apply, Diff, "apply", "apply the solution", DIFF),
        bind(&[Char('c')], Action::Cleanup, Debrief, "clean up", "clean up", DEBRIEF),
        bind(
            &[Code(C::Enter)],
            Action::Open,
            Repair,
            "change",
            "change the field, or do what the row says",
            REPAIR,
        ),
        bind(
            &[Char('R')],
            Action::Replace,
            Repair,
            "",
            "what was refused: delete the object and make it anew",
            REPAIR,
        ),
        bind(&[Char('e')], Action::Edit, Repair, "edit all", "the whole object in your editor", REPAIR),
        bind(&[Char('n')], Action::Next, Debrief, "next scenario", "the next scenario", DEBRIEF),
        bind(&[Char('/')], Action::Search, Log, "search", "search", LOG),
        bind(&[Char('f')], Action::Follow, Log, "follow", "follow what comes", LOG),
        bind(&[Char('p')], Action::Previous, Log, "previous", "the run before the last restart", LOG),
        bind(&[Char('w')], Action::Wrap, Log, "wrap", "wrap long lines", LOG),
        bind(&[Char('T')], Action::Timestamps, Log, "time", "show when each line was written", LOG),
        bind(
            &[Char('s')],
            Action::Since,
            Log,
            "since",
            "only the last minute, ten minutes, hour; then all again",
            LOG,
        ),
        bind(&[Char('C')], Action::Container, Log, "container", "the pod's next container", LOG),
        bind(&[Code(C::Enter), Char('y')], Action::Yes, Ask, "yes", "yes", ASK),
        bind(&[Char('n')], Action::No, Ask, "no", "no", ASK),
        bind(&[Char('c')], Action::CleanFirst, Ask, "clean up first", "clean up, then leave", ASK),
        bind(&[Char('/')], Action::Search, Page, "search", "search", PAGE),
        bind(&[Code(C::Enter)], Action::Again, Page, "again", "ask the cluster again", REQUEST),
        bind(&[Char('p')], Action::Address, Page, "path", "ask the Service for another path", REQUEST),
        bind(&[Char('n')], Action::NextMatch, Page, "", "next match", PAGE),
        bind(&[Char('N')], Action::PreviousMatch, Page, "", "match before", PAGE),
        bind(&[Char('.')], Action::Copy, Page, "", "copy the text", PAGE),
        bind(&[Code(C::Enter)], Action::Open, Typing, "keep", "keep what was typed", TYPE),
        bind(&[Code(C::Esc)], Action::Back, Typing, "clear", "take it back", TYPE),
        bind(&[Code(C::Backspace)], Action::Erase, Typing, "", "erase a letter", TYPE),
        bind(&[Ctrl('u')], Action::EraseAll, Typing, "", "erase all of it", TYPE),
        bind(&[Code(C::Up)], Action::Move(Step::Up), Typing, "", "up", TYPE),
        bind(&[Code(C::Down)], Action::Move(Step::Down), Typing, "", "down", TYPE),
        bind(&[Code(C::Up), Char('k')], Action::Move(Step::Up), Everywhere, "", "up", MOVE),
        bind(&[Code(C::Down), Char('j')], Action::Move(Step::Down), Everywhere, "", "down", MOVE),
        bind(&[Code(C::PageUp)], Action::Move(Step::PageUp), Everywhere, "", "a page up", MOVE),
        bind(&[Code(C::PageDown)], Action::Move(Step::PageDown), Everywhere, "", "a page down", MOVE),
        bind(&[Ctrl('u')], Action::Move(Step::HalfUp), Everywhere, "", "half a page up", MOVE),
        bind(&[Ctrl('d')], Action::Move(Step::HalfDown), Everywhere, "", "half a page down", MOVE),
        bind(&[Char('g'), Code(C::Home)], Action::Move(Step::Top), Everywhere, "", "to the start", MOVE),
        bind(&[Char('G'), Code(C::End)], Action::Move(Step::Bottom), Everywhere, "", "to the end", MOVE),
        bind(&[Char('?')], Action::Help, Everywhere, "help", "every key", VIEW_GROUP),
        bind(&[Char(':')], Action::Palette, Everywhere, "", "every action by its name", VIEW_GROUP),
        bind(
            &[],
            Action::Theme,
            Everywhere,
            "",
            "the next theme: auto, dark, light, high-contrast, none",
            VIEW_GROUP,
        ),
        bind(&[CtrlCode(C::Right)], Action::Wider, Attempt, "", "more room for the lesson", VIEW_GROUP),
        bind(&[CtrlCode(C::Left)], Action::Narrower, Attempt, "", "less room for the lesson", VIEW_GROUP),
        bind(&[CtrlCode(C::Down)], Action::Taller, Attempt, "", "more rows for the table", VIEW_GROUP),
        bind(&[CtrlCode(C::Up)], Action::Lower, Attempt, "", "fewer rows for the table", VIEW_GROUP),
        bind(&[], Action::Reset, Attempt, "", "all panes as the lab lays them out", VIEW_GROUP),
        bind(
            &[Char('M')],
            Action::Mouse,
            Everywhere,
            "",
            "give the mouse to the terminal, and take it back",
            VIEW_GROUP,
        ),
        bind(&[Code(C::Esc)], Action::Back, Everywhere, "back", "back", LEAVE),
        bind(&[Char('q')], Action::Quit, Everywhere, "quit", "back; at the top, quit", LEAVE),
        bind(&[Ctrl('c')], Action::Interrupt, Everywhere, "", "the same; twice at once quits", LEAVE),
    ]
};
