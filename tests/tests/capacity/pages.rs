//! A page of the list costs what is on it, wherever it lies and however long the list is.

use http::Method;
use regain_domain::Login;
use regain_tests::{World, after};
use serde_json::Value;

use crate::crowd::{BIG, Place, SMALL, login, turn};

const SIZES: [u32; 4] = [1, 10, 50, 100];

/// What the last call cost, which was the only one.
fn cost(world: &World) -> f64 {
    let calls = world.cloud.calls();
    let queries: Vec<_> =
        calls.iter().filter(|call| call.summary == "Query accounts/list").collect();
    assert_eq!(queries.len(), 1, "{calls:?}");
    queries[0].capacity
}

/// The costs of pages of each size after the account of a number, as the store reads them.
async fn after_number(place: &Place, number: usize) -> [f64; 4] {
    let (world, tenant) = (&place.world, place.world.tenant());
    let before = Login::parse(&login(number)).unwrap();
    let mut costs = [0.0; 4];
    for (cost_of, size) in costs.iter_mut().zip(SIZES) {
        world.cloud.forget_calls();
        let page = world.store.accounts(&tenant, Some(&before), size).await.unwrap();
        *cost_of = cost(world);
        let logins: Vec<&str> = page.items.iter().map(|item| item.login.as_str()).collect();
        let expected = (number + 1..).map(login).take(logins.len());
        assert_eq!(logins, expected.collect::<Vec<_>>(), "by login, and nobody left out");
        assert_eq!(logins.len(), usize::try_from(size).unwrap());
        assert_eq!(page.next.as_deref(), logins.last().copied());
    }
    costs
}

#[test]
fn a_page_costs_by_its_size_alone_deep_inside_as_in_front() {
    let _turn = turn();
    let few = SMALL.run(after_number(&SMALL, 1));
    assert_eq!(few, [0.5, 0.5, 1.5, 2.5], "eventually consistent: half a unit for 4 KB");
    for number in [1, 1000, 50_000, 77_777, BIG.accounts - 101] {
        assert_eq!(BIG.run(after_number(&BIG, number)), few, "after {number}");
    }
}

async fn walked(place: &Place, size: u32, pages: usize) -> Vec<(usize, f64)> {
    let mut path = format!("tenants/demo/accounts?limit={size}");
    let mut costs = Vec::new();
    for _ in 0..pages {
        place.world.cloud.forget_calls();
        let key = &place.world.desk;
        let page = place.world.admin_at(after(1), Method::GET, &path, key, Value::Null).await;
        let accounts = page.body["accounts"].as_array().unwrap();
        assert!(page.log["dynamodb.calls"].as_u64() <= Some(3), "key, settings, page");
        costs.push((accounts.len(), cost(&place.world)));
        path = format!("tenants/demo/accounts?limit={size}&cursor={}", page.text("cursor"));
    }
    costs
}

#[test]
fn the_desks_pages_cost_the_same_however_many_come_after_them() {
    let _turn = turn();
    for size in [10, 100] {
        let few = SMALL.run(walked(&SMALL, size, 4));
        assert!(few.iter().all(|(found, _)| *found == usize::try_from(size).unwrap()));
        assert_eq!(BIG.run(walked(&BIG, size, 4)), few);
    }
}
