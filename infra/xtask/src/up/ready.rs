//! The ready file: where everything is, for tools and tests. It exists exactly while all is up.

use std::{fs, path::PathBuf};

use serde_json::Value;

/// A ready file; it goes away when this is dropped.
pub(super) struct ReadyFile(Option<PathBuf>);

impl ReadyFile {
    /// Removes what an earlier run left, so that nobody takes it for this one's.
    pub(super) fn at(path: Option<PathBuf>) -> Self {
        let file = Self(path);
        file.remove();
        file
    }

    /// Writes it; a reader sees nothing or the whole.
    pub(super) fn write(&self, content: &Value) -> Result<(), String> {
        let Some(path) = &self.0 else { return Ok(()) };
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        let fresh = path.with_extension("fresh");
        fs::write(&fresh, format!("{content:#}\n")).map_err(failed)?;
        fs::rename(&fresh, path).map_err(failed)
    }

    fn remove(&self) {
        if let Some(path) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        self.remove();
    }
}
