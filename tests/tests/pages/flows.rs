//! Each whole way, by forms and without a script.

use regain_tests::{World, after};

const MO: &str = "mo@example.com";

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_forms_alone() {
    let world = World::new().await;
    let asked = world.open(after(0), "/p/demo/forgot-password?lang=nl").await;
    assert_eq!(asked.reply.status, 200, "{}", asked.html);
    let sent = world.submit(after(1), &asked.form("forgot-password"), &[("login", MO)]).await;
    assert_eq!(sent.reply.status, 200, "{}", sent.html);
    world.deliver(after(2)).await;
    let token = world.newest_token(MO);
    let link = world.open(after(3), &format!("/p/demo/link/{token}?lang=nl")).await;
    assert_eq!(link.reply.status, 200, "{}", link.html);
    let chosen = world.submit(after(4), &link.form("click-link"), &[]).await;
    assert_eq!(chosen.reply.status, 200, "{}", chosen.html);
    let form = chosen.form("set-password");
    let differs = [("password", "Correct-horse-7"), ("confirm", "Correct-horse-8")];
    let again = world.submit(after(5), &form, &differs).await;
    assert_eq!(again.reply.status, 400, "{}", again.html);
    let weak = [("password", "horse"), ("confirm", "horse")];
    let again = world.submit(after(5), &again.form("set-password"), &weak).await;
    assert_eq!(again.reply.status, 422, "{}", again.html);
    let right = [("password", "Correct-horse-7"), ("confirm", "Correct-horse-7")];
    let done = world.submit(after(6), &again.form("set-password"), &right).await;
    assert_eq!(done.reply.status, 200, "{}", done.html);
    assert_eq!(world.sign_in(after(7), MO, "Correct-horse-7").await.0, 200);
    println!("{}\n{}\n{}", link.html, again.html, done.html);
}
