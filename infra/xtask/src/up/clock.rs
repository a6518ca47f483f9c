//! `--clock-file`: the functions see another wall clock, through libfaketime, so that an end-to-end
//! test sees 48 hours pass with the programs as they are. Sleeps and time-outs stay as they are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::tools::first_existing;

/// What goes into the environment of a function.
pub(super) fn environment(clock_file: &Path) -> Result<Vec<(String, String)>, String> {
    let library = library().ok_or(
        "--clock-file needs libfaketime: apt-get install libfaketime (or start without --clock-file)",
    )?;
    if !clock_file.exists() {
        fs::write(clock_file, "+0\n")
            .map_err(|error| format!("{}: {error}", clock_file.display()))?;
    }
    Ok([
        ("LD_PRELOAD", library.to_string_lossy().into_owned()),
        ("FAKETIME_TIMESTAMP_FILE", clock_file.to_string_lossy().into_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        // Read the file at each look at the clock, not once in ten seconds.
        ("FAKETIME_NO_CACHE", "1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec())
}

/// Whether libfaketime is there.
pub(crate) fn is_there() -> bool {
    library().is_some()
}

fn library() -> Option<PathBuf> {
    let mut folders = vec![
        PathBuf::from("/usr/lib/faketime"),
        PathBuf::from("/usr/local/lib/faketime"),
        PathBuf::from("/usr/lib64/faketime"),
    ];
    let triples = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    folders.extend(triples.map(|entry| entry.path().join("faketime")));
    first_existing(folders.into_iter().map(|folder| folder.join("libfaketimeMT.so.1")))
}
