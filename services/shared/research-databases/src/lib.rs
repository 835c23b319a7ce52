//! Research databases of three makes behind one trait.
