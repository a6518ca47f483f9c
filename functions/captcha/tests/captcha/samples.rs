//! For people: what a captcha looks and sounds like. `INSTA_UPDATE=always` writes them anew.

use captcha::picture::draw;
use captcha::sound::speak;
use regain_domain::Language;

use crate::support::challenge;

const ANSWER: &str = "Rb4dTe";

#[test]
fn the_samples_are_what_the_code_draws_and_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../samples");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(format!("The answer is {ANSWER}."));
    settings.bind(|| {
        let [english, dutch] = Language::ALL.map(|language| challenge(77, ANSWER, language));
        insta::assert_binary_snapshot!("picture.png", draw(&english).unwrap());
        insta::assert_binary_snapshot!("english.wav", speak(&english).unwrap());
        insta::assert_binary_snapshot!("dutch.wav", speak(&dutch).unwrap());
    });
}
