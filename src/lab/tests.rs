//! Message sequences and what they lead to.
