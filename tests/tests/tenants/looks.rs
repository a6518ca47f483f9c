//! How a tenant's pages look, and whose clock its people read.

use regain_tests::{World, after};
use serde_json::{Value, json};

use crate::steps::{MO, NEW, NULL, at_pointer, at_rest, faults, outcome, patch, shown};

const ACCENT: &str = "/looks/accent";
const LOGO: &str = "/looks/logo_url";
const ZONE: &str = "/time_zone";

/// Sets one setting; status, and code and pointer of each fault.
async fn set(world: &World, pointer: &str, value: Value) -> (u16, Vec<(String, String)>) {
    let reply = patch(world, after(0), &world.admin, at_pointer(pointer, value)).await;
    let faults = faults(&reply).into_iter().map(|(at, code)| (at.to_owned(), code.to_owned()));
    (reply.status, faults.collect())
}

fn refused(status: u16, pointer: &str, code: &str) -> (u16, Vec<(String, String)>) {
    (status, vec![(pointer.to_owned(), code.to_owned())])
}

#[tokio::test]
async fn an_accent_is_taken_if_white_is_read_on_it_and_null_is_the_default() {
    let world = World::new().await;
    for fine in ["#000000", "#767676", "#C00000"] {
        assert_eq!(set(&world, ACCENT, json!(fine)).await, (200, vec![]), "{fine}");
        assert_eq!(shown(&world).await.pointer(ACCENT), Some(&json!(fine)));
    }
    let before = at_rest(&world);
    for (accent, status, code) in [
        ("#777777", 422, "contrast_too_low"),
        ("#ffffff", 422, "contrast_too_low"),
        ("blue", 422, "not_a_colour"),
        ("#1f5", 422, "not_a_colour"),
        ("#1f5fag", 422, "not_a_colour"),
        ("#1f5fa8f", 400, "too_long"),
        ("#1f5fa8;}", 400, "too_long"),
        ("#1f5fa\n", 400, "control_character"),
        (" ", 400, "blank"),
    ] {
        let expected = refused(status, ACCENT, code);
        assert_eq!(set(&world, ACCENT, json!(accent)).await, expected, "{accent:?}");
    }
    assert_eq!(set(&world, ACCENT, json!(8)).await, refused(400, ACCENT, "wrong_type"));
    assert_eq!(at_rest(&world), before);
    for body in [at_pointer(ACCENT, NULL), at_pointer("/looks", NULL)] {
        assert_eq!(set(&world, ACCENT, json!("#000000")).await.0, 200);
        assert_eq!(patch(&world, after(0), &world.admin, body).await.status, 200);
        assert_eq!(shown(&world).await.pointer(ACCENT), Some(&json!("#1f5fa8")));
    }
}

#[tokio::test]
async fn a_pale_accent_is_told_the_least_contrast() {
    let world = World::new().await;
    let body = at_pointer(ACCENT, json!("#ffcc00"));
    let reply = patch(&world, after(0), &world.admin, body).await;
    assert_eq!(outcome(&reply), (422, "settings_invalid"));
    let fault = json!([{"pointer": ACCENT, "code": "contrast_too_low", "min": 4.5}]);
    assert_eq!(reply.body["errors"], fault);
}

/// One pixel, black.
const PNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg==";
/// `<svg xmlns="http://www.w3.org/2000/svg"/>`
const SVG: &str =
    "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=";

#[tokio::test]
async fn a_logo_comes_along_and_is_nothing_but_a_picture() {
    let world = World::new().await;
    // As long as can be: the text after `<svg` is for whoever draws it.
    let padding = "PHN2".to_owned() + &"Zy8+".repeat((8192 - 26 - 4) / 4);
    let longest = format!("data:image/svg+xml;base64,{padding}");
    for fine in [PNG, SVG, &longest] {
        assert_eq!(set(&world, LOGO, json!(fine)).await, (200, vec![]), "{fine}");
        assert_eq!(shown(&world).await.pointer(LOGO), Some(&json!(fine)));
    }
    let too_long = format!("{longest}Zy8+");
    assert_eq!(set(&world, LOGO, json!(too_long)).await, refused(400, LOGO, "too_long"));
    for weapon in [
        "https://evil.example/pixel.png",
        "//evil.example/pixel.png",
        "javascript:alert(1)",
        "data:text/html;base64,PHN2Zy8+",
        "data:image/svg+xml,<svg onload='alert(1)'/>",
        "data:image/png;base64,PHN2Zy8+",
        &format!("{SVG}\");}}*{{background:url(//evil.example/"),
        &format!("{PNG}' onerror='alert(1)"),
        &SVG.replace("data:", "DATA:"),
    ] {
        let expected = refused(422, LOGO, "not_a_logo");
        assert_eq!(set(&world, LOGO, json!(weapon)).await, expected, "{weapon}");
    }
    let bent = format!("{PNG}\n");
    assert_eq!(set(&world, LOGO, json!(bent)).await, refused(400, LOGO, "control_character"));
    assert_eq!(set(&world, LOGO, NULL).await, (200, vec![]));
    assert_eq!(shown(&world).await.pointer(LOGO), Some(&NULL));
}

#[tokio::test]
async fn a_time_zone_is_one_that_there_is() {
    let world = World::new().await;
    for fine in ["America/Sao_Paulo", "Asia/Kathmandu", "UTC"] {
        assert_eq!(set(&world, ZONE, json!(fine)).await, (200, vec![]), "{fine}");
        assert_eq!(shown(&world).await.pointer(ZONE), Some(&json!(fine)));
    }
    for (zone, status, code) in [
        ("Europe/Utrecht", 422, "not_a_time_zone"),
        ("europe/amsterdam", 422, "not_a_time_zone"),
        ("+01:00", 422, "not_a_time_zone"),
        ("../../etc/passwd", 422, "not_a_time_zone"),
        ("Europe/Amsterdam\0", 400, "control_character"),
        ("", 400, "blank"),
        (&"x".repeat(65), 400, "too_long"),
    ] {
        assert_eq!(set(&world, ZONE, json!(zone)).await, refused(status, ZONE, code), "{zone:?}");
    }
    assert_eq!(set(&world, ZONE, NULL).await, (200, vec![]));
    assert_eq!(shown(&world).await.pointer(ZONE), Some(&json!("Europe/Amsterdam")));
}

#[tokio::test]
async fn mails_and_dead_links_are_told_by_the_tenants_clock() {
    for (zone, asked, until, used) in [
        ("Europe/Amsterdam", "15:00)", "15:00 CET on 24 November", "15:01 CET on 22 November"),
        ("UTC", "14:00)", "14:00 UTC on 24 November", "14:01 UTC on 22 November"),
        ("Asia/Tokyo", "23:00)", "23:00 JST on 24 November", "23:01 JST on 22 November"),
        // There it is tomorrow already.
        ("Pacific/Apia", "03:00)", "03:00 UTC+13 on 25 November", "03:01 UTC+13 on 23 November"),
    ] {
        let world = World::with(|settings| settings.time_zone = zone.to_owned()).await;
        let token = world.reset_token(after(0), MO).await;
        let mail = world.newest_mail(MO);
        assert!(mail.subject.as_deref().unwrap().ends_with(asked), "{zone}: {:?}", mail.subject);
        assert!(mail.text.contains(until), "{zone}: {}", mail.text);
        let grant = world.grant(after(60), &token).await;
        assert_eq!(world.set(after(60), &grant, NEW).await.status, 200);
        let reply = world.click(after(120), &token).await;
        assert_eq!(outcome(&reply), (410, "link_used"));
        assert!(reply.text("detail").contains(used), "{zone}: {}", reply.text("detail"));
        // What programs read is UTC, wherever the tenant is.
        assert_eq!(reply.text("at"), "2026-11-22T14:01:00Z");
    }
}
