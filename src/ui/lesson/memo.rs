//! Lessons that were laid out lately: a frame that shows the same one as the frame before need not lay it again.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroUsize;
use std::rc::Rc;

use lru::LruCache;

use super::Laid;

/// A lesson at a few widths, and with a fold open or shut.
const KEPT: NonZeroUsize = NonZeroUsize::new(4).expect("more than none");

thread_local! {
    static LATELY: RefCell<LruCache<u64, Rc<Laid>>> = RefCell::new(LruCache::new(KEPT));
}

/// What was laid out before, or is laid out now; `key` is all that decides how.
pub fn recall(key: impl Hash, lay: impl FnOnce() -> Laid) -> Rc<Laid> {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    LATELY.with_borrow_mut(|lately| Rc::clone(lately.get_or_insert(hasher.finish(), || Rc::new(lay()))))
}
