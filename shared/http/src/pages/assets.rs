//! The style sheet, with the tenant's looks in it, and the script: kept by browsers for ever, under a
//! name that changes with what is in them.

use data_encoding::HEXLOWER;
use regain_domain::{Language, Settings};
use regain_notices::page::{Looks, SCRIPT, style};
use sha2::{Digest, Sha256};

use super::Html;

/// The style sheet of a tenant.
pub(super) fn style_sheet(settings: &Settings) -> String {
    let accent = settings.looks.accent();
    style(&Looks {
        accent: &accent.to_string(),
        accent_dark: &accent.on_dark().to_string(),
        logo: settings.looks.logo_url.as_deref(),
    })
}

/// The name of a file with this content.
pub(super) fn name(content: &str, extension: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(content).into();
    format!("{}.{extension}", HEXLOWER.encode(digest.split_at(8).0))
}

/// A file by its name. What an older page names is answered with what there is now.
pub(super) fn asset(settings: &Settings, file: &str) -> Html {
    let (content_type, extension, content) = match file.rsplit_once('.') {
        Some((_, "css")) => ("text/css; charset=utf-8", "css", style_sheet(settings)),
        Some((_, "js")) => ("text/javascript; charset=utf-8", "js", SCRIPT.to_owned()),
        _ => return Html::new(404, Language::En, String::new()),
    };
    let is_present = name(&content, extension) == file;
    Html {
        cache: if is_present { "public, max-age=31536000, immutable" } else { super::NO_STORE },
        content_type,
        ..Html::new(200, Language::En, content)
    }
}
