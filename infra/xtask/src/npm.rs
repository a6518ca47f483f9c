//! The OpenID providers of the tests come as an npm package. It is installed under `target/oidc`
//! with what it needs, in the versions and with the hashes of `tests/oidc/package-lock.json`, and
//! once for each such list. No script of a package runs.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use crate::{paths, tools};

/// The package, and its name as a tool.
pub(crate) const PACKAGE: &str = "oidc-provider";
/// What is copied to where it is installed.
const LISTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Where the modules are, installed if they are not yet.
pub(crate) fn install() -> Result<PathBuf, String> {
    let home = paths::target().join("oidc");
    let at = |path: &PathBuf| format!("{}: ", path.display());
    fs::create_dir_all(&home).map_err(|error| at(&home) + &error.to_string())?;
    // Two commands at once must not install into one folder; the second finds the work done.
    let lock = File::create(paths::target().join("oidc.lock"))
        .and_then(|lock| lock.lock().map(|()| lock))
        .map_err(|error| at(&home) + &error.to_string())?;
    let mut wanted = String::new();
    for list in LISTS {
        let from = paths::root().join("tests/oidc").join(list);
        wanted += &fs::read_to_string(&from).map_err(|error| at(&from) + &error.to_string())?;
    }
    let modules = home.join("node_modules");
    let installed = home.join("installed");
    if fs::read_to_string(&installed).is_ok_and(|is| is == wanted) && modules.exists() {
        return Ok(modules);
    }
    eprintln!("installing {PACKAGE} into {}", paths::short(&home));
    for list in LISTS {
        let from = paths::root().join("tests/oidc").join(list);
        fs::copy(&from, home.join(list)).map_err(|error| at(&from) + &error.to_string())?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&home);
    tools::quietly(&mut npm).map_err(|why| {
        format!(
            "npm cannot install {PACKAGE} ({why}): try again, or apt-get install nodejs npm first"
        )
    })?;
    fs::write(&installed, wanted).map_err(|error| at(&installed) + &error.to_string())?;
    drop(lock);
    Ok(modules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_versions_names_no_registry_and_every_hash() {
        let list = paths::root().join("tests/oidc/package-lock.json");
        let list: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(list).unwrap()).unwrap();
        let packages = list["packages"].as_object().unwrap();
        let dependencies: Vec<_> = packages.iter().filter(|(path, _)| !path.is_empty()).collect();
        assert!(dependencies.len() > 10);
        for (path, package) in dependencies {
            assert!(package.get("resolved").is_none(), "{path}");
            assert!(package["integrity"].as_str().unwrap().starts_with("sha512-"), "{path}");
        }
    }
}
