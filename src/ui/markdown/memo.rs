//! Texts that were laid out lately: a frame that shows the same lesson as the one before need not read it again.

use std::cell::RefCell;
use std::num::NonZeroUsize;

use lru::LruCache;
use ratatui::text::Line;

use crate::ui::theme::Look;

/// More than the parts of one lesson.
const KEPT: NonZeroUsize = NonZeroUsize::new(64).expect("more than none");

/// All that decides how a text is laid out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub text: String,
    pub width: usize,
    pub look: Look,
    pub addresses: bool,
}

/// Rows, and for each code block the rows that its lines begin on.
pub type Laid = (Vec<Line<'static>>, Vec<Vec<usize>>);

thread_local! {
    static LATELY: RefCell<LruCache<Key, Laid>> = RefCell::new(LruCache::new(KEPT));
}

/// What was laid out before, or is laid out now.
pub fn recall(key: Key, lay: impl FnOnce(&Key) -> Laid) -> Laid {
    LATELY.with_borrow_mut(|lately| match lately.get(&key) {
        Some(laid) => laid.clone(),
        None => {
            let laid = lay(&key);
            lately.put(key, laid.clone());
            laid
        }
    })
}
