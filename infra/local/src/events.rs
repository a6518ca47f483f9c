//! The inbox as it fills: server-sent events.
//!
//! `message` is one message, as `/api/messages` shows it, with its id as the event's. `reset` says
//! that what was told before no longer counts, because the inbox was emptied or the caller is new, and
//! how many messages follow that were there already. Whoever is cut off and names the last id it saw
//! misses nothing.

use std::{collections::VecDeque, convert::Infallible, sync::Arc};

use axum::response::sse::Event;
use futures_util::{Stream, stream};
use tokio::sync::watch;

use crate::{inbox::Message, shared::Shared};

/// Everything after the message with this id, and then what comes.
pub(crate) fn stream(
    shared: Arc<Shared>,
    last: Option<String>,
) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
    // The first look finds it changed, so that a caller is told at once what is there.
    let mut changes = shared.inbox.changes();
    changes.mark_changed();
    let is_new = last.is_none();
    let caller = Caller { shared, changes, last, is_new, waiting: VecDeque::new() };
    stream::unfold(caller, |mut caller| async move {
        let event = caller.next().await?;
        Some((Ok(event), caller))
    })
}

/// One caller, and how far it was told.
struct Caller {
    shared: Arc<Shared>,
    changes: watch::Receiver<()>,
    /// The last message told; `None` when it knows of none.
    last: Option<String>,
    /// Whether it was told nothing yet, not even that there is nothing.
    is_new: bool,
    waiting: VecDeque<Event>,
}

impl Caller {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            self.changes.changed().await.ok()?;
            self.look();
        }
    }

    fn look(&mut self) {
        let inbox = &self.shared.inbox;
        let known = if self.is_new { None } else { inbox.after(self.last.as_deref()) };
        self.is_new = false;
        let messages = known.unwrap_or_else(|| {
            let all = inbox.after(None).unwrap_or_default();
            self.waiting.push_back(Event::default().event("reset").data(all.len().to_string()));
            self.last = None;
            all
        });
        for message in messages {
            self.waiting.push_back(told(&message));
            self.last = Some(message.id);
        }
    }
}

fn told(message: &Message) -> Event {
    let event = Event::default().event("message").id(&message.id);
    match event.json_data(message) {
        Ok(event) => event,
        Err(_) => Event::default().comment("a message that is no JSON"),
    }
}
