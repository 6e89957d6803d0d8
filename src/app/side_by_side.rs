//! Work on many things at once, told in their own order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Works on each item with as many threads, and tells each result as soon as all before it are told.
pub fn each<T: Sync, R: Send + Clone>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync, tell: impl Fn(&R) + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    // how many are told, and all that is done
    let done: Mutex<(usize, Vec<Option<R>>)> = Mutex::new((0, vec![None; items.len()]));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                while let Some((place, item)) = take(&next, items) {
                    let result = work(item);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    let (told, results) = &mut *done;
                    results[place] = Some(result);
                    while let Some(Some(result)) = results.get(*told) {
                        tell(result);
                        *told += 1;
                    }
                }
            });
        }
    });
    let (_, results) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.into_iter().flatten().collect()
}

fn take<'a, T>(next: &AtomicUsize, items: &'a [T]) -> Option<(usize, &'a T)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    items.get(place).map(|item| (place, item))
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn all_are_done_and_told_in_order() {
        let told = std::sync::Mutex::new(Vec::new());
        let items: Vec<u32> = (0..50).collect();
        let done = each(&items, 4, |item| item * 2, |result| told.lock().unwrap().push(*result));
        assert_eq!(done, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(*told.lock().unwrap(), done);
    }
}
