//! The state folder: what is left on disk so that a restart goes on where it stopped. In memory
//! there is none, and nothing is written.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::LocalError;

/// The wall clock, for moments that are shown and never decided by.
#[expect(
    clippy::disallowed_methods,
    reason = "the emulators have a clock of their own, as AWS has"
)]
pub(crate) fn wall_clock() -> Timestamp {
    Timestamp::now()
}

/// Random lower-case hexadecimal text.
pub(crate) fn random_hex(bytes: usize) -> Result<String, LocalError> {
    let mut buffer = vec![0_u8; bytes];
    #[expect(clippy::disallowed_methods, reason = "ids and secrets that AWS would make up")]
    getrandom::fill(&mut buffer)
        .map_err(|error| LocalError::System(format!("no randomness: {error}")))?;
    Ok(data_encoding::HEXLOWER.encode(&buffer))
}

/// A folder, or none.
#[derive(Debug, Clone, Default)]
pub(crate) struct StateFolder(Option<PathBuf>);

impl StateFolder {
    pub(crate) fn open(folder: Option<&Path>) -> Result<Self, LocalError> {
        if let Some(folder) = folder {
            fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
        }
        Ok(Self(folder.map(Path::to_path_buf)))
    }

    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.as_ref().map(|folder| folder.join(name))
    }

    /// What was written under this name; `None` when nothing was.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, LocalError> {
        let Some(path) = self.path(name) else { return Ok(None) };
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(|source| failed(&path, source))?;
        parse(&path, &text).map(Some)
    }

    /// Replaces what is under this name; a reader sees the old or the new whole.
    pub(crate) fn write<T: Serialize>(&self, name: &str, value: &T) -> Result<(), LocalError> {
        let Some(path) = self.path(name) else { return Ok(()) };
        let text =
            serde_json::to_string(value).map_err(|error| LocalError::System(error.to_string()))?;
        let fresh = path.with_extension("fresh");
        fs::write(&fresh, text).map_err(|source| failed(&fresh, source))?;
        fs::rename(&fresh, &path).map_err(|source| failed(&path, source))
    }

    /// The lines of a file that [`Self::append`] wrote. A last line that was cut off by a kill is
    /// dropped.
    pub(crate) fn read_lines<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>, LocalError> {
        let Some(path) = self.path(name) else { return Ok(Vec::new()) };
        if !path.exists() {
            return Ok(Vec::new());
        }
        let text = fs::read_to_string(&path).map_err(|source| failed(&path, source))?;
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| parse(&path, line)).collect()
    }

    pub(crate) fn append<T: Serialize>(&self, name: &str, value: &T) -> Result<(), LocalError> {
        let Some(path) = self.path(name) else { return Ok(()) };
        let line =
            serde_json::to_string(value).map_err(|error| LocalError::System(error.to_string()))?;
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|source| failed(&path, source))?;
        writeln!(file, "{line}").map_err(|source| failed(&path, source))
    }

    pub(crate) fn remove(&self, name: &str) -> Result<(), LocalError> {
        let Some(path) = self.path(name) else { return Ok(()) };
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(failed(&path, source))
            }
            _ => Ok(()),
        }
    }
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, LocalError> {
    serde_json::from_str(text).map_err(|error| LocalError::StateDamaged {
        path: path.to_path_buf(),
        reason: error.to_string(),
    })
}

fn failed(path: &Path, source: std::io::Error) -> LocalError {
    LocalError::State { path: path.to_path_buf(), source }
}
