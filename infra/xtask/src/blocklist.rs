//! `cargo xtask blocklist`: makes `shared/domain/blocklist.bin`, the filter of common passwords.
//!
//! Needed only when the list changes: the filter is committed. The same sources give the same bytes,
//! so `git diff` after a run shows whether anything did. It does not touch the counts in the words
//! of `shared/domain/src/blocklist.rs`; it prints them.

use std::{
    collections::BTreeSet,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use regain_domain::blocklist::key;
use sha2::{Digest, Sha256};
use xorf::{BinaryFuse16, DmaSerializable};

const DJANGO: &str = "Django==5.2.19";
/// Of the list as text: another version, or another file, is not this list.
const DJANGO_LIST_SHA256: &str = "29ca0fa5303165f012f3e9775e3e95a3071cdd59f219973ec1cbb308d0214a6f";
/// Prints the list that stands beside Django's code, without running Django.
const PRINT_LIST: &str = "\
import gzip, importlib.util, pathlib, sys
package = pathlib.Path(importlib.util.find_spec('django').origin).parent
sys.stdout.buffer.write(gzip.open(package / 'contrib/auth/common-passwords.txt.gz').read())";

/// The least a policy can ask for; shorter passwords are never chosen.
const LENGTH_MIN: usize = 8;

/// Stems that people in the Netherlands and elsewhere reach for when a digit is asked for.
const STEMS: &str = "\
    welkom wachtwoord geheim hallo inloggen voetbal vakantie nederland holland amsterdam rotterdam \
    utrecht eindhoven groningen ajax feyenoord lente zomer herfst winter januari februari maart \
    april mei juni juli augustus september oktober november december maandag dinsdag woensdag \
    donderdag vrijdag zaterdag zondag welcome password spring summer autumn january february march \
    may june july august october monday tuesday wednesday thursday friday saturday sunday";
const COUNTED: &[&str] = &["", "1", "01", "12", "123", "1234", "12345"];
/// From the years people still type to the years this file may live.
const YEARS: std::ops::RangeInclusive<u16> = 2015..=2035;

/// Makes the filter. `Err` is one line with the remedy.
pub(crate) fn run() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let from_django = from_django(&django_list(&root)?);
    let mut passwords = patterns();
    let own = passwords.difference(&from_django).count();
    passwords.extend(from_django);

    let keys: BTreeSet<u64> = passwords.iter().map(|password| key(password)).collect();
    if keys.len() != passwords.len() {
        return Err("two passwords share a key: leave one of them out".to_owned());
    }
    let bytes = filter(keys)?;
    let path = root.join("shared/domain/blocklist.bin");
    std::fs::write(&path, &bytes).map_err(|error| format!("{}: {error}", path.display()))?;

    let (all, length) = (passwords.len(), bytes.len());
    let line = format!("{all} passwords ({} from {DJANGO}, {own} of our own)", all - own);
    writeln!(std::io::stdout(), "{line} in {length} bytes").map_err(|error| error.to_string())
}

/// The descriptor, then the fingerprints, little-endian whatever machine makes the file.
fn filter(keys: BTreeSet<u64>) -> Result<Vec<u8>, String> {
    let keys: Vec<u64> = keys.into_iter().collect();
    let filter = BinaryFuse16::try_from(&keys)?;
    let mut bytes = vec![0; BinaryFuse16::DESCRIPTOR_LEN];
    filter.dma_copy_descriptor_to(&mut bytes);
    bytes.extend(filter.fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes()));
    Ok(bytes)
}

fn from_django(list: &str) -> BTreeSet<String> {
    list.lines()
        .filter(|line| line.is_ascii() && line.len() >= LENGTH_MIN)
        .map(str::to_lowercase)
        .collect()
}

fn patterns() -> BTreeSet<String> {
    let years = YEARS.map(|year| year.to_string());
    let endings: Vec<String> = COUNTED.iter().map(ToString::to_string).chain(years).collect();
    let plain =
        STEMS.split(' ').flat_map(|stem| endings.iter().map(move |end| format!("{stem}{end}")));
    plain
        .flat_map(|word| [format!("{word}!"), word])
        .filter(|word| word.len() >= LENGTH_MIN)
        .collect()
}

/// Installs the package under `target/` if it is not there, and reads the list from it.
fn django_list(root: &Path) -> Result<String, String> {
    let venv = root.join("target/blocklist-venv");
    let python: PathBuf = venv.join("bin/python");
    if !python.exists() {
        output(Command::new("python3").args(["-m", "venv"]).arg(&venv))
            .map_err(|error| format!("{error}; apt-get install python3-venv"))?;
    }
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    output(Command::new(&python).args(install).arg(DJANGO))?;
    let list = output(Command::new(&python).args(["-c", PRINT_LIST]))?;

    let found: String = Sha256::digest(&list).iter().map(|byte| format!("{byte:02x}")).collect();
    if found != DJANGO_LIST_SHA256 {
        return Err(format!(
            "the list of {DJANGO} is another one: SHA-256 {found}; look at it first"
        ));
    }
    String::from_utf8(list).map_err(|error| error.to_string())
}

fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let told = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if told.status.success() {
        return Ok(told.stdout);
    }
    let why = String::from_utf8_lossy(&told.stderr);
    Err(format!("{command:?}: {}", why.lines().last().unwrap_or("failed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_keys_give_the_same_bytes() {
        let keys: BTreeSet<u64> = (0..5_000).map(|n: u64| key(&n.to_string())).collect();
        assert_eq!(filter(keys.clone()), filter(keys));
    }

    #[test]
    fn only_what_a_policy_can_let_through_is_kept() {
        let kept = from_django("123456\nPassword1\npassword1\nпароль12\nsunshine\n");
        assert_eq!(kept, ["password1", "sunshine"].map(str::to_owned).into());
        assert!(patterns().iter().all(|word| word.len() >= LENGTH_MIN));
    }
}
