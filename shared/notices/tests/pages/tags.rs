//! A page taken apart: its tags with their attributes, and the text between them. Enough for
//! markup that was made here; nothing that reads markup of others.

/// One tag, and what text follows it.
pub(crate) struct Tag {
    /// In lower case, with the slash of an end tag.
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) fn tags(html: &str) -> Vec<Tag> {
    html.split('<').skip(1).map(tag).collect()
}

#[expect(clippy::expect_used, reason = "a page that cannot be taken apart should fail its test")]
fn tag(piece: &str) -> Tag {
    let (inside, text) = piece.split_once('>').expect("a tag that ends");
    let (name, mut rest) = inside.split_once([' ', '\n']).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let end = rest.find([' ', '=', '\n']).unwrap_or(rest.len());
        let key = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = "";
        if let Some(quoted) = rest.strip_prefix("=\"") {
            (value, rest) = quoted.split_once('"').expect("a value that ends");
        } else {
            assert!(!rest.starts_with('='), "a value without quotes: {inside}");
        }
        attributes.push((key, value.to_owned()));
    }
    Tag { name: name.to_lowercase(), attributes, text: text.to_owned() }
}
