//! The hosted pages, as somebody without a script uses them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a harness stops the test that it serves")]

use jiff::Timestamp;
use url::form_urlencoded::Serializer;

use crate::{Reply, Request, World};

/// A page that came back.
#[derive(Clone, Debug)]
pub struct Page {
    /// As it was answered.
    pub reply: Reply,
    /// Its text.
    pub html: String,
}

/// A form on it.
#[derive(Clone, Debug)]
pub struct PageForm {
    /// Where it is sent.
    pub action: String,
    /// What it holds as it came: names and values of its inputs, buttons apart.
    pub fields: Vec<(String, String)>,
}

impl World {
    /// Opens a page: a path, with or without a query.
    pub async fn open(&self, now: Timestamp, address: &str) -> Page {
        self.page(now, &Request::get(address)).await
    }

    /// Fills a form in and sends it.
    pub async fn submit(&self, now: Timestamp, form: &PageForm, typed: &[(&str, &str)]) -> Page {
        self.page(now, &form.filled(typed).request()).await
    }

    /// Makes a request for a page.
    pub async fn page(&self, now: Timestamp, request: &Request) -> Page {
        let reply = self.send(now, request).await;
        let html = String::from_utf8(reply.bytes.clone()).unwrap();
        Page { reply, html }
    }
}

impl Page {
    /// The form that is sent to a page of that name.
    pub fn form(&self, page: &str) -> PageForm {
        let wanted = |form: &PageForm| form.action.ends_with(&format!("/{page}"));
        let found = self.forms().into_iter().find(wanted);
        found.unwrap_or_else(|| panic!("no form to {page} on: {}", self.html))
    }

    /// All of its forms.
    pub fn forms(&self) -> Vec<PageForm> {
        let forms = self.html.split("<form").skip(1);
        let forms = forms.map(|form| form.split("</form>").next().unwrap_or_default());
        forms.map(PageForm::read).collect()
    }

    /// Where a link to a page of that name leads.
    pub fn link(&self, page: &str) -> String {
        let is_of = |address: &String| {
            let path = address.split('?').next().unwrap_or_default();
            path.ends_with(&format!("/{page}"))
        };
        let found = self.links().into_iter().find(is_of);
        found.unwrap_or_else(|| panic!("no link to {page} on: {}", self.html))
    }

    /// Where all of its links lead.
    pub fn links(&self) -> Vec<String> {
        let tags = self.html.split("<a ").skip(1).map(|tag| tag.split('>').next().unwrap());
        tags.filter_map(|tag| attribute(&format!(" {tag}"), "href")).collect()
    }

    /// What stands between two pieces of text, the first time.
    pub fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) = self.html.split_once(before).unwrap_or_else(|| panic!("{}", self.html));
        unescaped(rest.split(after).next().unwrap_or_default())
    }

    /// The heading.
    pub fn heading(&self) -> String {
        let rest = self.between("<h1", "</h1>");
        rest.split_once('>').unwrap().1.trim().to_owned()
    }

    /// Whether it says this.
    pub fn says(&self, text: &str) -> bool {
        unescaped(&self.html).contains(text)
    }
}

impl PageForm {
    fn read(markup: &str) -> Self {
        let (tag, inside) = markup.split_once('>').unwrap();
        let inputs = inside.split("<input").skip(1).map(|input| input.split('>').next().unwrap());
        let is_checked = |input: &&str| {
            !input.contains("type=\"radio\"") && !input.contains("type=radio")
                || input.contains(" checked")
        };
        let fields = inputs.filter(is_checked).filter_map(|input| {
            Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default()))
        });
        Self { action: attribute(tag, "action").unwrap(), fields: fields.collect() }
    }

    /// A field of it, or `""`.
    pub fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The same with these fields as typed; a button is one of them.
    #[must_use]
    pub fn filled(&self, typed: &[(&str, &str)]) -> Self {
        let mut form = self.clone();
        for (name, value) in typed {
            form.fields.retain(|(known, _)| known != name);
            form.fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        form
    }

    /// As a browser sends it.
    pub fn request(&self) -> Request {
        let mut body = Serializer::new(String::new());
        body.extend_pairs(&self.fields);
        Request {
            path: self.action.clone(),
            headers: vec![
                ("content-type", "application/x-www-form-urlencoded".to_owned()),
                ("sec-fetch-site", "same-origin".to_owned()),
                ("origin", "null".to_owned()),
            ],
            body: body.finish().into_bytes(),
            ..Request::post("", &serde_json::Value::Null)
        }
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
        .into_iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}
