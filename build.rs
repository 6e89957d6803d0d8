//! Packs the shipped scenarios for the program to carry: packed they take a fourth of their room.

use std::fs::{File, read_dir};
use std::io;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, HeaderMode};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=scenarios");
    let out = std::env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    let packed = File::create(Path::new(&out).join("scenarios.klab"))?;
    let mut archive = Builder::new(GzEncoder::new(packed, Compression::best()));
    archive.mode(HeaderMode::Deterministic);
    for folder in read_dir("scenarios")? {
        let folder = folder?;
        if folder.file_type()?.is_dir() {
            archive.append_dir_all(folder.file_name(), folder.path())?;
        }
    }
    archive.into_inner()?.finish()?;
    Ok(())
}
