//! Every mail, text message, call and page in one HTML file, to be looked at: `cargo xtask previews`.
//! The samples are those that the tests hold to their word.

#[path = "../tests/mails/samples.rs"]
#[expect(dead_code, reason = "the tests use more of them")]
mod mails;
#[path = "../tests/pages/samples.rs"]
#[expect(dead_code, reason = "the tests use more of them")]
mod pages;

use std::io::{Write, stdout};

use regain_domain::Language;
use regain_notices::page::{Looks, style};
use regain_notices::{CodeCall, CodeText, Mail};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:80rem}
iframe{border:1px solid #888;background:#fff;width:24rem;height:44rem}
.wide{width:46rem}
pre{white-space:pre-wrap;background:#eee;color:#111;padding:1rem;width:36rem;max-width:100%}
article{display:inline-block;vertical-align:top;margin:0 1rem 2rem 0}
nav a{margin-right:.7rem}";

fn main() -> std::io::Result<()> {
    let mut gallery = Gallery::default();
    for language in Language::ALL {
        gallery.chapter(&format!("Pages, {}", language.as_str()));
        for (name, page) in pages::pages(language, pages::Texts::USUAL) {
            gallery.page(name, &page);
        }
        gallery.chapter(&format!("Mails, {}", language.as_str()));
        for (name, mail) in mails::mails_in(language, mails::letterhead("Demo", Some("Marijke"))) {
            gallery.mail(&name, &mail);
        }
        gallery.chapter(&format!("Texts and calls, {}", language.as_str()));
        let (code, host) = ("123456", "id.example.com");
        gallery.text("text message", &CodeText { code, minutes: 10, host }.text(language));
        gallery.text("call", &CodeCall { code }.ssml(language));
    }
    stdout().write_all(gallery.html().as_bytes())
}

#[derive(Default)]
struct Gallery {
    contents: String,
    body: String,
}

impl Gallery {
    fn chapter(&mut self, title: &str) {
        let id = title.replace([' ', ','], "-");
        self.contents.push_str(&format!("<a href=\"#{id}\">{title}</a>"));
        self.body.push_str(&format!("<h1 id=\"{id}\">{title}</h1>\n"));
    }

    /// In a frame of its own, with its style in it; pictures and scripts are left out.
    fn page(&mut self, name: &str, page: &str) {
        let looks = Looks { accent: "#1f5fa8", accent_dark: "#5f93cf", logo: None };
        let head = page.split_once("<link rel=\"stylesheet\"");
        let rest = page.split_once("</script>").map(|(_, rest)| rest);
        let whole = match (head, rest) {
            (Some((head, _)), Some(rest)) => {
                format!("{head}<style>{}</style>{rest}", style(&looks))
            }
            _ => page.to_owned(),
        };
        self.framed(name, &whole, "");
    }

    fn mail(&mut self, name: &str, mail: &Mail) {
        self.framed(&format!("{name}: {}", mail.subject), &mail.html, " class=\"wide\"");
        self.text(&format!("{name}, as text"), &mail.text);
    }

    fn framed(&mut self, title: &str, html: &str, class: &str) {
        let title = escaped(title);
        self.body.push_str(&format!(
            "<article><h2>{title}</h2><iframe{class} sandbox loading=\"lazy\" title=\"{title}\" \
             srcdoc=\"{}\"></iframe></article>\n",
            escaped(html)
        ));
    }

    fn text(&mut self, title: &str, text: &str) {
        self.body.push_str(&format!(
            "<article><h2>{}</h2><pre>{}</pre></article>\n",
            escaped(title),
            escaped(text)
        ));
    }

    fn html(&self) -> String {
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Previews</title>\
             <style>{STYLE}</style><nav>{}</nav>\n{}</html>\n",
            self.contents, self.body
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}
