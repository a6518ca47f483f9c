//! Providers by name, in a row: "Google", "Google or LinkedIn", "Google, Microsoft and LinkedIn".

use regain_domain::{Language, Provider};

/// Any one of them; none if there are none.
pub(crate) fn any_of(language: Language, providers: &[Provider]) -> Option<String> {
    match language {
        Language::En => in_a_row(providers, "or"),
        Language::Nl => in_a_row(providers, "of"),
    }
}

/// All of them; none if there are none.
pub(crate) fn all_of(language: Language, providers: &[Provider]) -> Option<String> {
    match language {
        Language::En => in_a_row(providers, "and"),
        Language::Nl => in_a_row(providers, "en"),
    }
}

fn in_a_row(providers: &[Provider], between_last: &str) -> Option<String> {
    let (last, others) = providers.split_last()?;
    let last = last.name();
    if others.is_empty() {
        return Some(last.to_owned());
    }
    let others: Vec<_> = others.iter().map(|provider| provider.name()).collect();
    Some(format!("{} {between_last} {last}", others.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_two_and_three_providers_are_named_in_a_row_and_none_is_none() {
        let [google, microsoft, linkedin] = Provider::ALL;
        for (providers, en, nl) in [
            (&[][..], None, None),
            (&[linkedin], Some("LinkedIn"), Some("LinkedIn")),
            (&[google, linkedin], Some("Google or LinkedIn"), Some("Google of LinkedIn")),
            (
                &[google, microsoft, linkedin],
                Some("Google, Microsoft or LinkedIn"),
                Some("Google, Microsoft of LinkedIn"),
            ),
        ] {
            assert_eq!(any_of(Language::En, providers).as_deref(), en);
            assert_eq!(any_of(Language::Nl, providers).as_deref(), nl);
            let (en, nl) =
                (en.map(|t| t.replace(" or ", " and ")), nl.map(|t| t.replace(" of ", " en ")));
            assert_eq!(all_of(Language::En, providers), en);
            assert_eq!(all_of(Language::Nl, providers), nl);
        }
    }
}
