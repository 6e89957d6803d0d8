//! What the house as a whole must do; one binary, a file a subject.

mod layers;




