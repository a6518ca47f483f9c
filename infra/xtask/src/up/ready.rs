//! The ready file: where everything is, and the keys of the demo, for tools and tests. It exists
//! exactly while all is up.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use regain_local::Cloud;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::demo::{Demo, TENANT};

/// Its name in the state folder, unless another place was asked for.
pub(crate) const FILE: &str = "ready.json";

/// It holds keys.
const OWNER_ONLY: u32 = 0o600;

/// A ready file; it goes away when this is dropped.
pub(crate) struct ReadyFile(PathBuf);

impl ReadyFile {
    /// Removes what an earlier run left, so that nobody takes it for this one's. Only for who has
    /// the state folder: else it would be another's that is up.
    pub(crate) fn at(path: &Path) -> Self {
        let file = Self(path.to_path_buf());
        file.remove();
        file
    }

    /// Writes it; a reader sees nothing or the whole.
    pub(crate) fn write(&self, content: &Map<String, Value>) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.0.display());
        let fresh = self.0.with_extension("fresh");
        // What a killed run left there may have another mode.
        let _ = fs::remove_file(&fresh);
        let text = format!("{:#}\n", Value::Object(content.clone()));
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(OWNER_ONLY)
            .open(&fresh)
            .map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        fs::rename(&fresh, &self.0).map_err(failed)
    }

    fn remove(&self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        self.remove();
    }
}

/// What it says of a local cloud and its demo, with or without functions.
pub(crate) fn content(api: &str, cloud: &Cloud, demo: &Demo) -> Map<String, Value> {
    let members = [
        ("api", json!(api)),
        ("inbox", json!(cloud.inbox_url())),
        ("dynamodb", json!(cloud.endpoint())),
        ("tenant", json!(TENANT)),
        ("operator_key", json!(demo.operator_key.expose_secret())),
        ("admin_key", json!(demo.admin_key.expose_secret())),
        ("desk_key", json!(demo.desk_key.expose_secret())),
        ("accounts", json!(demo.accounts)),
    ];
    members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::paths;

    #[test]
    fn a_ready_file_is_for_its_owner_and_there_only_while_all_is_up() {
        let path = paths::target().join(format!("ready-{}.json", std::process::id()));
        let left_over = path.with_extension("fresh");
        for left in [&path, &left_over] {
            fs::write(left, "left by a killed run").unwrap();
        }
        let ready = ReadyFile::at(&path);
        assert!(!path.exists());
        let content = Map::from_iter([("api".to_owned(), json!("here"))]);
        ready.write(&content).unwrap();
        let read: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(read, json!({"api": "here"}));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, OWNER_ONLY);
        drop(ready);
        assert!(!path.exists() && !left_over.exists());
    }
}
