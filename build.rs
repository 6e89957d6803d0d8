//! Packs what the program carries: the shipped scenarios, which take a fourth of their room then, and its relocations.

use std::fs::{File, read_dir};
use std::io;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, HeaderMode};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    pack_relocations();
    pack_scenarios()
}

/// Relative relocations, half a megabyte of them, are packed to a tenth where the C library that will read them can: glibc from 2.36.
fn pack_relocations() {
    let var = |name| std::env::var(name).unwrap_or_default();
    let at_home = var("HOST") == var("TARGET") && var("CARGO_CFG_TARGET_ENV") == "gnu";
    let said = at_home.then(|| Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()).flatten();
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let version = said.trim().strip_prefix("glibc ").and_then(|version| version.split_once('.'));
    let parts = version.and_then(|(major, minor)| Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?)));
    if parts.is_some_and(|version| version >= (2, 36)) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

fn pack_scenarios() -> io::Result<()> {
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
