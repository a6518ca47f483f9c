//! Pages of lists. A cursor is sealed: a caller can neither read nor change it, nor use it for
//! another list or another tenant's.

use regain_domain::seal::Seal;

use crate::{Call, Fault, Problem, ProblemCode, random};

/// The page that a call asks for.
#[derive(Debug)]
pub struct PageAsked {
    /// Where the page before ended.
    pub after: Option<String>,
    /// At most so many entries.
    pub limit: u32,
}

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 100;

impl Call {
    /// The page of a list that is asked for.
    ///
    /// SECURITY: held by `a_cursor_of_another_tenant_or_list_is_unknown`.
    pub fn page(&self, cursors: &Seal, list: &str) -> Result<PageAsked, Problem> {
        let limit = self.query.integer("limit").unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(Problem::invalid(vec![Fault::new("?limit", "out_of_bounds")]));
        }
        let after = match self.query.text("cursor") {
            Some(cursor) => Some(
                cursors
                    .open(&self.context(list), cursor)
                    .ok_or_else(|| Problem::new(ProblemCode::CursorUnknown))?,
            ),
            None => None,
        };
        Ok(PageAsked { after, limit })
    }

    /// The cursor of the page that comes after `next`.
    #[must_use]
    pub fn cursor(&self, cursors: &Seal, list: &str, next: Option<String>) -> Option<String> {
        next.map(|next| cursors.seal(&self.context(list), &next, random()))
    }

    fn context(&self, list: &str) -> String {
        format!("{}\n{list}", self.tenant)
    }
}
