//! What comes as an npm package. Each is installed under `target` with what it needs, in the
//! versions and with the hashes of a `package-lock.json` in this repository, and once for each such
//! list. No script of a package runs.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use crate::{paths, tools};

/// A package on npm.
pub(crate) struct Package {
    /// The package, and its name as a tool.
    pub(crate) name: &'static str,
    /// The folder of its lists.
    lists: &'static str,
    /// The folder under `target` that it is installed in.
    home: &'static str,
}

/// The OpenID providers of the tests.
pub(crate) const OIDC_PROVIDER: Package =
    Package { name: "oidc-provider", lists: "tests/oidc", home: "oidc" };

/// Shows the API at `/docs` of the inbox.
pub(crate) const SWAGGER_UI: Package =
    Package { name: "swagger-ui-dist", lists: "infra/local/page/api", home: "swagger-ui" };

/// What the hosted pages are held against.
pub(crate) const AXE: Package = Package { name: "axe-core", lists: "tests/axe", home: "axe" };

/// All of them.
pub(crate) const PACKAGES: [&Package; 3] = [&OIDC_PROVIDER, &SWAGGER_UI, &AXE];

/// What is copied to where it is installed.
const LISTS: [&str; 2] = ["package.json", "package-lock.json"];

impl Package {
    /// Where it stands once it is installed.
    pub(crate) fn folder(&self) -> PathBuf {
        paths::target().join(self.home).join("node_modules").join(self.name)
    }
}

/// Where the modules are, installed if they are not yet.
pub(crate) fn install(package: &Package) -> Result<PathBuf, String> {
    let Package { name, .. } = package;
    let home = paths::target().join(package.home);
    let at = |path: &PathBuf| format!("{}: ", path.display());
    fs::create_dir_all(&home).map_err(|error| at(&home) + &error.to_string())?;
    // Two commands at once must not install into one folder; the second finds the work done.
    let lock = File::create(home.with_extension("lock"))
        .and_then(|lock| lock.lock().map(|()| lock))
        .map_err(|error| at(&home) + &error.to_string())?;
    let lists = paths::root().join(package.lists);
    let mut wanted = String::new();
    for list in LISTS {
        let from = lists.join(list);
        wanted += &fs::read_to_string(&from).map_err(|error| at(&from) + &error.to_string())?;
    }
    let modules = home.join("node_modules");
    let installed = home.join("installed");
    if fs::read_to_string(&installed).is_ok_and(|is| is == wanted) && modules.exists() {
        return Ok(modules);
    }
    eprintln!("installing {name} into {}", paths::short(&home));
    for list in LISTS {
        let from = lists.join(list);
        fs::copy(&from, home.join(list)).map_err(|error| at(&from) + &error.to_string())?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&home);
    tools::quietly(&mut npm).map_err(|why| {
        format!("npm cannot install {name} ({why}): try again, or apt-get install nodejs npm first")
    })?;
    fs::write(&installed, wanted).map_err(|error| at(&installed) + &error.to_string())?;
    drop(lock);
    Ok(modules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_versions_name_no_registry_and_every_hash() {
        for package in PACKAGES {
            let list = paths::root().join(package.lists).join("package-lock.json");
            let list: serde_json::Value =
                serde_json::from_str(&fs::read_to_string(list).unwrap()).unwrap();
            let packages = list["packages"].as_object().unwrap();
            assert!(packages.contains_key(&format!("node_modules/{}", package.name)));
            for (path, package) in packages.iter().filter(|(path, _)| !path.is_empty()) {
                assert!(package.get("resolved").is_none(), "{path}");
                assert!(package["integrity"].as_str().unwrap().starts_with("sha512-"), "{path}");
            }
        }
    }
}
