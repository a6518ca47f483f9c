//! Who a caller is, is for the gateway to say; and how often a caller may ask.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use regain_tests::{Reply, Request, World, after};
use serde_json::json;

fn from(address: &str, login: &str) -> Request {
    let source_ip: IpAddr = address.parse().unwrap();
    Request {
        source_ip: Some(source_ip),
        ..Request::post("request-reset", &json!({"login": login}))
    }
}

fn signs_in(address: &str) -> Request {
    let body = json!({"login": "mo@example.com", "password": "Zeilboot7"});
    let source_ip: IpAddr = address.parse().unwrap();
    Request { source_ip: Some(source_ip), ..Request::post("sign-in", &body) }
}

async fn limited_to(per_address_hour: u32) -> World {
    World::with(|settings| settings.limits.per_address_hour = per_address_hour).await
}

fn assert_limited(reply: &Reply, retry_after: &str) {
    let told = (reply.status, reply.code(), reply.header("retry-after"));
    assert_eq!(told, (429, "too_many_requests", retry_after));
}

#[tokio::test]
async fn no_header_makes_another_caller() {
    for request in [from("192.0.2.7", "mo@example.com"), signs_in("192.0.2.7")] {
        let world = limited_to(1).await;
        assert!(world.send(after(0), &request).await.status < 300);
        for name in [
            "x-forwarded-for",
            "forwarded",
            "x-real-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "x-client-ip",
            "user-agent",
        ] {
            let value = if name == "forwarded" { "for=198.51.100.1" } else { "198.51.100.1" };
            let spoofed = request.clone().header(name, value);
            assert_limited(&world.send(after(0), &spoofed).await, "3600");
        }
        // And nobody is made to pay for another.
        let other = Request { source_ip: Some([192, 0, 2, 8].into()), ..request };
        let blamed = other.header("x-forwarded-for", "192.0.2.7");
        assert!(world.send(after(0), &blamed).await.status < 300);
    }
}

#[tokio::test]
async fn of_ipv6_a_whole_64_is_one_caller() {
    let world = limited_to(2).await;
    assert_eq!(world.send(after(0), &signs_in("2001:db8:1:2::1")).await.status, 200);
    assert_eq!(world.send(after(0), &signs_in("2001:db8:1:2:ffff::9")).await.status, 200);
    assert_limited(&world.send(after(0), &signs_in("2001:db8:1:2::abcd")).await, "3600");
    assert_eq!(world.send(after(0), &signs_in("2001:db8:1:3::1")).await.status, 200);
    // An IPv4 address that came in as IPv6 is itself.
    assert_eq!(world.send(after(0), &signs_in("::ffff:192.0.2.7")).await.status, 200);
    assert_eq!(world.send(after(0), &signs_in("192.0.2.7")).await.status, 200);
    assert_limited(&world.send(after(0), &signs_in("192.0.2.7")).await, "3600");
}

#[tokio::test]
async fn without_the_gateways_address_nothing_is_done() {
    let world = World::new().await;
    for request in [from("192.0.2.7", "mo@example.com"), signs_in("192.0.2.7")] {
        let request = Request { source_ip: None, ..request };
        let reply = world.send(after(0), &request.header("x-forwarded-for", "192.0.2.7")).await;
        assert_eq!((reply.status, reply.code()), (500, "internal"));
    }
    let done = world.cloud.calls().into_iter().filter(|call| call.summary != "GetItem tenants");
    assert_eq!(done.count(), 0);
}

#[tokio::test]
async fn exactly_so_many_pass_and_the_next_hour_opens() {
    let world = World::with(|settings| {
        settings.limits.per_login_and_address_hour = 3;
        settings.limits.per_address_hour = 5;
    })
    .await;
    let (mo, ann) = (from("192.0.2.7", "mo@example.com"), from("192.0.2.7", "ann@example.com"));
    let last = after(3600) - SignedDuration::from_micros(1);
    let passes = async |now: Timestamp, request: &Request| world.send(now, request).await.status;
    for seconds in [0, 1800, 3599] {
        assert_eq!(passes(after(seconds), &mo).await, 202);
    }
    assert_limited(&world.send(after(3599), &mo).await, "1");
    assert_limited(&world.send(last, &mo).await, "1");
    // However the login is spelled, and whatever else the request says.
    assert_limited(&world.send(after(1800), &from("192.0.2.7", " MO@example.COM ")).await, "1800");
    // A refused request is not counted: the address has two left, for any login.
    for _ in 0..2 {
        assert_eq!(passes(last, &ann).await, 202);
    }
    assert_limited(&world.send(last, &ann).await, "1");
    assert_limited(&world.send(after(10), &from("192.0.2.7", "nobody@example.com")).await, "3590");
    assert_eq!(passes(last, &from("192.0.2.8", "mo@example.com")).await, 202);
    for _ in 0..3 {
        assert_eq!(passes(after(3600), &mo).await, 202);
    }
    assert_limited(&world.send(after(3600), &mo).await, "3600");
}

#[tokio::test]
async fn a_refused_request_leaves_nothing_behind() {
    let world = limited_to(1).await;
    world.send(after(0), &from("192.0.2.7", "mo@example.com")).await;
    let before = world.outbox().len();
    assert_limited(&world.send(after(1), &from("192.0.2.7", "ann@example.com")).await, "3599");
    assert_eq!(world.outbox().len(), before);
}

#[tokio::test]
async fn however_many_ask_at_once_no_more_pass() {
    let world = World::with(|settings| settings.limits.per_login_and_address_hour = 4).await;
    let request = from("192.0.2.7", "mo@example.com");
    let all = (0..40).map(|_| world.send(after(0), &request));
    let statuses: Vec<u16> =
        futures_util::future::join_all(all).await.iter().map(|reply| reply.status).collect();
    let passed = statuses.iter().filter(|status| **status == 202).count();
    assert_eq!(passed, 4, "{statuses:?}");
    assert_eq!(world.outbox().len(), 4);
}
