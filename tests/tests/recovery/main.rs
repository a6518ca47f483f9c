//! Recovery by a code: from the captcha to the new password, or to the lock taken off.

#[cfg(test)]
mod flow;
