//! `cargo xtask openapi [--check]`: the API's description, from the route table.

use std::fs;

use crate::paths;

/// Writes `infra/openapi.json`; with `--check`, only says whether it would change.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let path = paths::root().join("infra/openapi.json");
    let text = serde_json::to_string_pretty(&regain_http::openapi::document())
        .map_err(|error| error.to_string())?
        + "\n";
    match arguments {
        [] => fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display())),
        [flag] if flag == "--check" => match fs::read_to_string(&path) {
            Ok(present) if present == text => Ok(()),
            _ => {
                Err("infra/openapi.json is not what the code says: cargo xtask openapi".to_owned())
            }
        },
        _ => Err("cargo xtask openapi [--check]".to_owned()),
    }
}
